// The pages in headless Chromium. Pictures of every page are left in BUILD/screenshots.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, axeSource, generate, importNights, launch, missing, screenshots, serve } from "./hub.mjs";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";

const reason = missing();
if (reason) {
  console.log(`SKIPPED: the browser tests: ${reason}`);
  process.exit(0);
}

const HUB = process.env.STEMMA_HUB_DATA ?? join(ROOT, "..", "shared", "hub");
const RADAR = join(HUB, "data", "radar-2026");

let work, server, browser, base;

before(async () => {
  work = generate(9000, 12);
  server = await serve(join(work, "data"));
  browser = await launch();
  // The model with most children: one of those that a burst was made of.
  let most = -1;
  for (const { id } of (await json("/v1/leaderboards/derivatives?limit=20")).items) {
    const { total } = await json(`/v1/models/${encodeURIComponent(id)}/children?limit=1`);
    if (total > most) [base, most] = [id, total];
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
  if (work) rmSync(work, { recursive: true });
});

async function json(path, url = server.url) {
  const answer = await fetch(url + path);
  assert.equal(answer.status, 200, path);
  return answer.json();
}

const segments = (name) => name.split("/").map(encodeURIComponent).join("/");

/** A page that fails the test for whatever goes wrong in it. */
async function open(path, options = {}, url = server.url) {
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 900 }, colorScheme: options.theme ?? "light", javaScriptEnabled: options.scripts ?? true, hasTouch: false });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const troubles = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") troubles.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => troubles.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => {
    // What was asked for a letter ago is given up when the next one is typed.
    if (request.failure()?.errorText !== "net::ERR_ABORTED") troubles.push(`failed: ${request.url()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:") && !request.url().startsWith("blob:")) troubles.push(`elsewhere: ${request.url()}`);
  });
  await page.goto(url + path);
  // A frame for other sites has no scripts.
  if ((options.scripts ?? true) && !path.startsWith("/embed/")) await page.waitForSelector("html[data-ready]");
  return {
    page,
    done: async () => {
      await context.close();
      assert.deepEqual(troubles, [], path);
    },
  };
}

function pages() {
  return {
    home: "/",
    "home-downloads": "/?metric=downloads_7d&interval=week&log=1",
    family: "/families/qwen",
    "family-lines": "/families/qwen?by=author&metric=downloads&lines=1&share=1",
    members: "/families/llama?relation=finetune&sort=likes&name=a",
    series: "/families/qwen2.5",
    model: `/models/${segments(base)}`,
    leaf: null, // found below
    compare: "/compare?families=qwen,llama,mistral&metric=downloads",
    "compare-empty": "/compare",
    leaderboard: "/leaderboards/downloads_7d",
    "leaderboard-family": "/leaderboards/growth?family=qwen",
    changes: "/changes",
    "changes-edges": "/changes?kind=edge_added",
    quality: "/quality",
    "quality-ghosts": "/quality?kind=ghost_parent",
    search: "/search?q=qwen",
    "search-nothing": "/search?q=zzzzqqqq",
    older: "/families/qwen?as_of=3",
    embed: "/embed/families/qwen?by=license",
  };
}

async function allPages() {
  const all = pages();
  const deep = await json("/v1/families/qwen/models?sort=depth&relation=merge,finetune&limit=1");
  all.leaf = `/models/${segments(deep.items[0].id)}`;
  return all;
}

async function settle(page) {
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** What axe finds serious, a line each. */
async function seriousTroubles(page) {
  await page.evaluate(readFileSync(axeSource(), "utf8"));
  const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return found.violations
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.nodes.length} × ${one.nodes[0].html.slice(0, 160)} ${one.nodes[0].failureSummary?.split("\n")[1] ?? ""}`);
}

/** Opens every page, leaves a picture of it, and returns what axe finds at the full width. */
async function look(all, views, prefix, url) {
  const troubles = [];
  for (const [name, path] of Object.entries(all)) {
    for (const { theme, width } of views) {
      const { page, done } = await open(path, { theme, width }, url);
      await settle(page);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${path} at ${width}: ${wide} px beyond the edge`);
      await page.screenshot({ path: join(screenshots(), `${prefix}${name}-${width}-${theme}.png`), fullPage: true });
      // A frame has no scripts, and so none of axe's.
      if (width === 1280 && !path.startsWith("/embed/")) (await seriousTroubles(page)).forEach((one) => troubles.push(`${path}, ${theme}: ${one}`));
      await done();
    }
  }
  return troubles;
}

test("every page, both themes, both widths: no error, nothing from elsewhere, nothing beyond the edge, nothing serious for axe", { timeout: 400_000 }, async () => {
  const views = ["light", "dark"].flatMap((theme) => [1280, 400].map((width) => ({ theme, width })));
  assert.deepEqual(await look(await allPages(), views, "", server.url), []);
});

test("search to family to model to tree, by mouse", async () => {
  const { page, done } = await open("/");
  await page.click("input[name=q]");
  await page.type("input[name=q]", "qwen");
  await page.waitForSelector("#suggestions a[role=option]");
  await page.click('#suggestions a[href="/families/qwen"]');
  await page.waitForURL("**/families/qwen");
  await page.click("#members ~ .table td.name a >> nth=0");
  await page.waitForURL("**/models/**");
  await page.goto(`${server.url}/models/${segments(base)}`);
  await page.waitForSelector("[role=treeitem][aria-expanded=false]");
  const first = page.locator("[role=treeitem][aria-expanded=false]").first();
  await first.locator(".tree-relation").click();
  await page.waitForSelector("[role=treeitem][aria-level='2']");
  assert.equal(await page.locator("[role=treeitem][aria-expanded=true]").count(), 1);
  await page.locator("[role=treeitem][aria-expanded=true] .tree-relation").click();
  await page.waitForFunction(() => !document.querySelector("[role=treeitem][aria-level='2']"));
  await done();
});

test("the same with the keyboard alone", async () => {
  const { page, done } = await open("/");
  await page.keyboard.press("/");
  await page.keyboard.type(base.slice(0, -1));
  await page.waitForSelector("#suggestions a[role=option]");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#suggestions").isHidden());
  await page.keyboard.type(base.slice(-1));
  await page.waitForSelector(`#suggestions a[href="/models/${segments(base)}"]`);
  while ((await page.getAttribute("#suggestions a[aria-selected=true]", "href").catch(() => null)) !== `/models/${segments(base)}`) {
    await page.keyboard.press("ArrowDown");
    await page.waitForSelector("#suggestions a[aria-selected=true]");
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/models/${segments(base)}`);
  await page.waitForSelector("[role=treeitem]");
  await page.locator("[role=treeitem][tabindex='0']").focus();
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-index"));
  // Down to one that has something below it, in, and out again.
  for (let i = 0; i < 200 && (await page.evaluate(() => document.activeElement?.getAttribute("aria-expanded"))) === null; ++i) {
    const at = await focused();
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((before) => document.activeElement?.getAttribute("data-index") !== before, at);
  }
  const opened = await focused();
  await page.keyboard.press("ArrowRight");
  await page.waitForSelector("[role=treeitem][aria-level='2'][aria-posinset='1']");
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction(() => document.activeElement?.getAttribute("aria-level") === "2");
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction((index) => document.activeElement?.getAttribute("data-index") === index, opened);
  await page.keyboard.press("ArrowLeft");
  await page.waitForFunction(() => !document.querySelector("[role=treeitem][aria-level='2']"));
  await page.keyboard.press("End");
  await page.waitForFunction(() => {
    const at = document.activeElement;
    return at?.getAttribute("aria-posinset") !== null && at?.getAttribute("aria-posinset") === at?.getAttribute("aria-setsize");
  });
  await done();
});

test("rows of the tree that are drawn stay few, and all can be reached", async () => {
  const total = (await json(`/v1/models/${encodeURIComponent(base)}/children?limit=1`)).total;
  assert.ok(total > 60, `${base} has ${total} children`);
  const { page, done } = await open(`/models/${segments(base)}`);
  await page.waitForSelector("[role=treeitem]");
  const seen = new Set();
  for (let i = 0; i < total; i += 10) {
    await page.evaluate((top) => (document.querySelector(".tree-view").scrollTop = top), i * 36);
    await page.evaluate(() => new Promise((again) => requestAnimationFrame(() => requestAnimationFrame(again))));
    const rows = await page.$$eval("[role=treeitem]", (all) => all.map((row) => row.getAttribute("aria-posinset")));
    assert.ok(rows.length < 60, `${rows.length} rows are drawn`);
    rows.forEach((place) => place && seen.add(place));
  }
  assert.equal(seen.size, total);
  await done();
});

test("a chart's numbers are those of the API, at every step", async () => {
  const { page, done } = await open("/families/qwen?by=relation&metric=downloads&interval=day");
  const answer = await json("/v1/families/qwen/adoption?by=relation&metric=downloads&top=8");
  await page.waitForSelector(".plot canvas");
  await page.locator(".plot").first().focus();
  await page.keyboard.press("Home");
  for (let i = 0; i < answer.dates.length; ++i) {
    const told = await page.locator(".readout").first().textContent();
    assert.ok(told.startsWith(answer.dates[i].slice(0, 10)), told);
    for (const series of answer.series) {
      const value = series.values[i] === null ? "–" : series.values[i].toLocaleString("en");
      assert.ok(told.includes(`${series.name} ${value}`), `${told} lacks ${series.name} ${value}`);
    }
    await page.keyboard.press("ArrowRight");
  }
  const [csv] = await Promise.all([fetch(`${server.url}/embed/families/qwen.csv?by=relation&metric=downloads`)]);
  assert.equal((await csv.text()).split("\n").filter((line) => line.startsWith(answer.dates[0])).length, answer.series.length + 1);
  await done();
});

test("choices change the address and the chart without a reload; back goes back", async () => {
  const { page, done } = await open("/families/qwen");
  await page.evaluate(() => (window.sameDocument = true));
  await page.selectOption("select[name=by]", "author");
  await page.waitForURL("**by=author**");
  await page.waitForFunction(() => document.querySelector("select[name=by]")?.value === "author" && document.querySelector("[data-chart]")?.dataset.title.includes("author"));
  await page.check("input[name=log]");
  await page.waitForURL("**log=1**");
  await page.waitForFunction(() => document.querySelector("[data-chart]")?.dataset.log === "1");
  assert.ok(await page.evaluate(() => window.sameDocument));
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("[data-chart]")?.dataset.log === "0");
  await page.goBack();
  await page.waitForFunction(() => document.querySelector("select[name=by]")?.value === "relation");
  // A range is dragged over.
  const box = await page.locator(".u-over").first().boundingBox();
  await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 5 });
  await page.mouse.up();
  await page.waitForURL(/from=\d{4}-\d\d-\d\d.*to=\d{4}-\d\d-\d\d/);
  await done();
});

test("a curve is told without its bursts", async () => {
  const { page, done } = await open("/families/qwen");
  await page.check("input[name=burst_adjusted]");
  await page.waitForURL("**burst_adjusted=1**");
  await page.waitForFunction(() => document.querySelector("[data-chart]")?.dataset.title.includes("burst-adjusted"));
  const answer = await json("/v1/families/qwen/adoption?by=role&burst_adjusted=true");
  const kept = answer.series.find((one) => one.name === "derivatives").values.at(-1);
  assert.equal(kept, (await json("/v1/families/qwen")).derivatives_burst_adjusted);
  assert.ok((await page.locator("#over-time ~ .table td.n").allTextContents()).includes(kept.toLocaleString("en")));
  await done();
});

test("a number leads to the query that gives it", async () => {
  const { page, done } = await open("/families/qwen");
  const cell = page.locator('#members ~ .table td[data-label^="Downloads"] a.q').first();
  const told = await cell.textContent();
  const model = await json(await cell.getAttribute("href"));
  assert.equal(told, model.downloads.toLocaleString("en"));
  const bar = page.locator("section.small a.q").first();
  const family = await json(await bar.getAttribute("href"));
  assert.ok(JSON.stringify(family).includes(`:${(await bar.textContent()).replaceAll(",", "")}`));
  await done();
});

test("the keys are told", async () => {
  const { page, done } = await open("/");
  await page.keyboard.press("?");
  await page.waitForSelector("dialog.keys[open]");
  assert.ok((await page.textContent("dialog.keys")).includes("search box"));
  await page.screenshot({ path: join(screenshots(), "keys-1280-light.png") });
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !document.querySelector("dialog.keys").open);
  await page.click("footer button");
  await page.waitForSelector("dialog.keys[open]");
  assert.deepEqual(await seriousTroubles(page), []);
  await done();
});

test("light or dark is chosen, and kept", async () => {
  const { page, done } = await open("/", { theme: "light" });
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await paper();
  await page.click("button.theme");
  await page.click("button.theme");
  assert.equal(await page.textContent("button.theme"), "Dark");
  assert.notEqual(await paper(), light);
  await page.goto(`${server.url}/quality`);
  await page.waitForSelector("html[data-ready][data-theme=dark]");
  await done();
});

test("an edge of the drawing opens its evidence", async () => {
  const { page, done } = await open((await allPages()).leaf);
  const edge = page.locator("svg.ancestry a.edge").first();
  await edge.focus();
  await page.keyboard.press("Enter");
  await page.waitForSelector("details.evidence[open]");
  assert.ok(await page.locator("details.evidence[open] td").first().isVisible());
  await done();
});

test("without scripts every number is there", async () => {
  const { page, done } = await open("/families/qwen", { scripts: false });
  assert.ok(await page.locator("svg.chart").first().isVisible());
  assert.ok((await page.locator("#members ~ .table tbody tr").count()) > 10);
  await page.selectOption("select[name=relation]", "quantized");
  await page.locator("#members ~ form button").click();
  await page.waitForURL("**relation=quantized**");
  const told = await page.locator("#members ~ p").first().textContent();
  const answer = await json("/v1/families/qwen/models?relation=quantized&limit=1");
  assert.ok(told.includes(`of ${answer.total.toLocaleString("en")}.`), told);
  await page.goto(`${server.url}/models/${segments(base)}`);
  assert.ok((await page.locator("[data-tree] tbody tr").count()) > 10);
  await done();
});

test("an error says what to do, as a page", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const answer = await page.goto(`${server.url}/models/Qwen/Qwen2-7`);
  assert.equal(answer.status(), 404);
  assert.match(await page.textContent("main"), /did you mean/);
  await context.close();
});

test("a first load is small", async () => {
  for (const path of ["/", "/families/qwen", `/models/${segments(base)}`]) {
    const { page, done } = await open("/search");
    const sizes = [];
    page.on("response", async (response) => sizes.push(response.request().sizes().then((size) => size.responseBodySize)));
    await page.goto(server.url + path);
    await settle(page);
    const fresh = await browser.newContext();
    const first = await fresh.newPage();
    const all = [];
    first.on("response", (response) => all.push(response.request().sizes().then((size) => size.responseBodySize)));
    await first.goto(server.url + path);
    await settle(first);
    const bytes = (await Promise.all(all)).reduce((sum, size) => sum + size, 0);
    assert.ok(bytes < 120 * 1024, `${path}: ${bytes} bytes`);
    await fresh.close();
    await done();
  }
});

const real = existsSync(RADAR) ? readdirSync(RADAR).filter((name) => name.endsWith(".ndjson.zst")).sort() : [];
test("every page on real models", { skip: real.length === 0 ? `no recorded hub data at ${HUB} (set STEMMA_HUB_DATA)` : false, timeout: 400_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "stemma-browser-real-"));
  importNights(real.map((name) => join(RADAR, name)), join(folder, "data"));
  const live = await serve(join(folder, "data"));
  try {
    const item = async (path) => (await json(path, live.url)).items[0].id;
    const model = await item("/v1/leaderboards/derivatives?limit=1");
    const leaf = await item("/v1/families/qwen/models?sort=depth&limit=1");
    const other = await item("/v1/families/llama/models?limit=1");
    const all = {
      ...pages(),
      model: `/models/${segments(model)}`,
      leaf: `/models/${segments(leaf)}`,
      series: "/families/qwen3",
      "compare-models": `/compare?models=${encodeURIComponent(`${model},${other}`)}&align=release`,
      older: `/families/qwen?as_of=${real.length - 1}`,
    };
    const views = [{ theme: "light", width: 1280 }, { theme: "dark", width: 400 }];
    assert.deepEqual(await look(all, views, "real-", live.url), []);
  } finally {
    await live.stop();
    rmSync(folder, { recursive: true });
  }
});
