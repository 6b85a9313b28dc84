// How a model with very many children feels: how long until its tree is there, how smoothly it scrolls, how many rows are in the
// document. Quote ratios and medians: absolute times belong to one machine on one day.
//
// Usage: STEMMA_BUILD=build/release node tests/bench/tree.mjs [CHILDREN]
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { importNights, launch, missing, serve } from "../web/hub.mjs";

const children = Number(process.argv[2] ?? 100_000);
const reason = missing();
if (reason) {
  console.error(reason);
  process.exit(1);
}
const work = mkdtempSync(join(tmpdir(), "stemma-tree-"));
const id = (number) => number.toString(16).padStart(24, "0");
const lines = [JSON.stringify({ _id: id(1), id: "Qwen/Qwen3-8B", downloads: 5 })];
for (let i = 0; i < children; ++i)
  lines.push(JSON.stringify({ _id: id(i + 2), id: `author${i % 977}/model-${i}`, downloads: (i * 7919) % 100_000, tags: [`base_model:${["finetune", "adapter", "quantized"][i % 3]}:Qwen/Qwen3-8B`] }));
const file = join(work, "2026-01-01.ndjson");
writeFileSync(file, lines.join("\n") + "\n");
importNights([file], join(work, "data"));
const server = await serve(join(work, "data"));
const browser = await launch();
try {
  const opened = [];
  let page;
  for (let round = 0; round < 5; ++round) {
    await page?.close();
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const begin = performance.now();
    await page.goto(`${server.url}/models/Qwen/Qwen3-8B`);
    await page.waitForSelector("[role=treeitem]");
    opened.push(performance.now() - begin);
  }
  opened.sort((a, b) => a - b);
  console.log(`opened, rows there: median ${opened[2].toFixed(0)} ms, longest ${opened[4].toFixed(0)} ms`);
  const scroll = await page.evaluate(async () => {
    const view = document.querySelector(".tree-view");
    let frames = 0;
    let most = 0;
    const begin = performance.now();
    while (performance.now() - begin < 3000) {
      view.scrollTop += 400;
      await new Promise((next) => requestAnimationFrame(next));
      ++frames;
      most = Math.max(most, document.querySelectorAll("[role=treeitem]").length);
    }
    return { frames: frames / ((performance.now() - begin) / 1000), most, rows: Math.round(view.scrollTop / 36) };
  });
  console.log(`scrolled: ${scroll.frames.toFixed(0)} frames a second over ${scroll.rows} rows, at most ${scroll.most} rows in the document`);
  const begin = performance.now();
  await page.evaluate(() => (document.querySelector(".tree-view").scrollTop = 1e9));
  await page.waitForFunction((total) => [...document.querySelectorAll("[role=treeitem]")].some((row) => row.getAttribute("aria-posinset") === String(total)), children, { timeout: 120_000 });
  console.log(`the last of ${children} rows, all pages fetched: ${(performance.now() - begin).toFixed(0)} ms`);
} finally {
  await browser.close();
  await server.stop();
  rmSync(work, { recursive: true });
}
