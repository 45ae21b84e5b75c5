// The story told by a page in Chromium. Arguments: the story, the address of the pages, the name of one.
// Stays until its input ends, so that what leaves late can arrive; then prints whom the page asked, and its complaints.
import { chromium } from 'playwright-core';

const story = JSON.parse(process.argv[2]);
const [address, name] = process.argv.slice(3);
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ['--no-sandbox'] });
const page = await browser.newPage();
const requests = [];
const complaints = [];
page.on('request', (request) => requests.push(`${request.method()} ${request.url()}`));
page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
page.on('pageerror', (error) => complaints.push(String(error)));
const answered = (count) => new Promise((resolve) => {
  let left = count;
  page.on('requestfinished', (request) => {
    if (request.method() === 'POST' && (left -= 1) === 0) resolve();
  });
});

const landing = `${address}/pages/${name}.html`;
await page.goto(`${landing}?utm_source=letter&utm_campaign=autumn`);
const awaited = await page.evaluate(() => window.requestsToAwait);
const done = awaited ? answered(awaited) : undefined;
await page.evaluate((told) => window.tell(told), story);
await done;
if (!story.stays) await page.goto(`${address}/pages/left.html`);
for await (const _ of process.stdin);
await browser.close();
console.log(JSON.stringify({ requests, complaints }));
