// Numbers and dates as the pages write them.
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

export function full(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : whole.format(value).replace("-", "−");
}

// 71,234,567 as 71.2 M; below 10,000 whole.
export function compact(value: number): string {
  const size = Math.abs(value);
  for (const [unit, word] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]] as const) {
    const least = word === "k" ? 1e4 : unit;
    if (size >= least) {
      const scaled = value / (word === "k" ? 1e3 : unit);
      return `${scaled.toFixed(Math.abs(scaled) < 100 ? 1 : 0).replace(/\.0$/, "")} ${word}`;
    }
  }
  return whole.format(value);
}

export function day(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

// What stands in a cell: `1,234`, `−3`, `42.50 %`, or `–` where it is unknown.
export function parseCell(text: string): number | null {
  const plain = text.replace(/[,%\s]/g, "").replace("−", "-");
  if (plain === "" || plain === "–") return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}
