/**
 * Plays one scenario in Chromium against a gateway that runs already; prints what it saw as JSON.
 *
 *     node tests/browser/run.js NAME '{"gateway": "http://...", "key": "c360_wk_...", "chromium": "/usr/bin/chromium"}'
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import * as scenarios from './scenarios.js';

const [name, given] = process.argv.slice(2);
const { gateway, key, chromium: executablePath } = JSON.parse(given);

/** A site on a port of its own, so that the gateway is another origin. */
const pages = new Map();
const site = createServer((request, response) => {
  const page = pages.get(request.url.split('?')[0]);
  response.writeHead(page ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8', ...page?.headers });
  response.end(page?.body ?? '');
});
await new Promise((done) => site.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${site.address().port}`;

/** The snippet of the guide, as pasted: with another address and key, and with options; pages call page() themselves. */
const guide = readFileSync(new URL('../../../docs/how-to/use-the-javascript-sdk.md', import.meta.url), 'utf8');
const [, pasted] = /```html\n(<script>\n.*?<\/script>)\n```/s.exec(guide);
const snippet = (options = {}) =>
  pasted
    .replace('https://c360.example', gateway)
    .replace("{ writeKey: 'c360_wk_YOUR_KEY' }", JSON.stringify({ writeKey: key, ...options }))
    .replace('  c360.page();\n', '');

/** How many events the gateway has counted so far. */
const counted = async (outcome) => {
  const metrics = await (await fetch(`${gateway}/metrics`)).text();
  return Number(new RegExp(`^c360_gateway_events_total{outcome="${outcome}"} (.*)$`, 'm').exec(metrics)[1]);
};

const browser = await chromium.launch({
  executablePath,
  // A page that a test answers itself has no address, and would not be let to ask this machine.
  args: ['--no-sandbox', '--disable-features=LocalNetworkAccessChecks'],
});
const problems = [];
const world = {
  browser, gateway, key, origin, snippet, counted,
  script: `${gateway}/sdk/c360.js`,
  serve: (path, body, headers) => pages.set(path, { body: `<!doctype html><title>${path}</title>${body}`, headers }),
  serveScript: (path, body) => pages.set(path, { body, headers: { 'Content-Type': 'text/javascript' } }),
  /** A browser of a visitor of its own. */
  visitor: async () => {
    const context = await browser.newContext();
    context.setDefaultTimeout(20_000);
    return context;
  },
  /** A tab; what the page throws is noted. */
  open: async (context, path) => {
    const tab = await context.newPage();
    tab.on('pageerror', (error) => problems.push(error.message));
    if (path) await tab.goto(origin + path);
    return tab;
  },
  /** Waits until the SDK is there and has delivered everything. */
  delivered: (tab) =>
    tab.waitForFunction(async () => {
      if (!window.c360?.version) return false;
      await window.c360.flush();
      return !Object.keys(localStorage).some((name) => name.startsWith('c360_q_'));
    }),
};

try {
  const seen = await scenarios[name](world);
  console.log(JSON.stringify({ problems, duplicates: await counted('duplicate'), ...seen }));
} finally {
  await browser.close();
  site.closeAllConnections();
  site.close();
}
