// A server over nights of a made-up hub, and a browser to look at it with.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
export const BUILD = process.env.STEMMA_BUILD ?? join(ROOT, "build", "dev");
const MODULES = join(ROOT, "build", "web", "node_modules");

/** Why the browser tests cannot run here; nothing where they can. */
export function missing() {
  if (!existsSync(join(MODULES, "playwright-core"))) return "npm's packages are not installed (tools/install-dependencies --tests)";
  if (!chromium()) return "there is no Chromium (Debian's package chromium)";
  return undefined;
}

function chromium() {
  return ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
}

export async function launch() {
  const require = createRequire(join(MODULES, "x.js"));
  return require("playwright-core").chromium.launch({ executablePath: chromium(), args: ["--no-sandbox"] });
}

export function axeSource() {
  return join(MODULES, "axe-core", "axe.min.js");
}

export const run = (...args) => execFileSync(join(BUILD, "tools", "stemma"), args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

/** `2026-08-19.ndjson` or `2026-08-19T093631.ndjson.zst`: when it was observed. */
function observedAt(file) {
  const [, day, time] = /(\d{4}-\d\d-\d\d)(T\d{6})?/.exec(file.split("/").pop());
  return time ? `${day}${time.replace(/T(..)(..)(..)/, "T$1:$2:$3")}Z` : day;
}

/** Imports the nights into a new data directory; each a file that is named after its time. */
export function importNights(files, data) {
  for (const file of files) run("--data", data, "import", file, "--complete", "--accept-shrink", "--observed-at", observedAt(file));
}

export function generate(models, nights) {
  const work = mkdtempSync(join(tmpdir(), "stemma-browser-"));
  execFileSync(join(BUILD, "tools", "stemma-genhub"), ["--models", String(models), "--nights", String(nights), "--out", join(work, "nights")], { stdio: "ignore" });
  const files = readdirSync(join(work, "nights")).filter((name) => name.endsWith(".ndjson")).sort();
  importNights(files.map((name) => join(work, "nights", name)), join(work, "data"));
  rmSync(join(work, "nights"), { recursive: true });
  return work;
}

/** {url, stop()} */
export async function serve(data) {
  const server = spawn(join(BUILD, "tools", "stemma"), ["--data", data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "ignore"] });
  const url = await new Promise((done, fail) => {
    let text = "";
    server.stdout.on("data", (chunk) => {
      text += chunk;
      if (text.includes("\n")) done(text.split("\n")[0].trim());
    });
    server.on("exit", (code) => fail(new Error(`stemma serve ended with ${code}`)));
  });
  return {
    url,
    stop: () =>
      new Promise((done) => {
        server.removeAllListeners("exit");
        server.on("exit", done);
        server.kill("SIGTERM");
      }),
  };
}

/** Where a person can look at the pictures. */
export function screenshots() {
  const folder = join(BUILD, "screenshots");
  mkdirSync(folder, { recursive: true });
  return folder;
}
