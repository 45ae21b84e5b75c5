import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KEY, holdTime, makeWorld } from './world.js';
import { create } from '../src/client.js';
import { install } from '../src/script.js';

let world;
let tab;
beforeEach(() => {
  holdTime();
  world = makeWorld();
  tab = world.tab();
});

const SRC = 'https://gateway.example/sdk/c360.js';
const make = (options) => create({ surroundings: tab.surroundings, ...options });

/** The page: with the snippet's calls, or with a tag that says everything. */
const arrive = ({ calls, dataset = {}, src = SRC, face = calls && { q: calls } }) => {
  const told = [];
  tab.window.console = { error: (text) => told.push(text) };
  tab.document.currentScript = { src, dataset };
  if (face) tab.window.c360 = face;
  install(tab.window, make);
  return { c360: tab.window.c360, told };
};

test('calls made before the script came are made as of then', async () => {
  const then = Date.parse('2026-05-04T09:59:00Z');
  const face = { q: [
    ['page', ['Home'], then, 'https://shop.example/before?utm_source=zalo'],
    ['load', [{ writeKey: KEY }]],
    ['track', ['Bought', { total: 5 }]],
  ] };
  const { c360 } = arrive({ face });
  c360.track('after');
  await c360.flush();

  const [page, bought, after] = world.sent();
  assert.equal(c360, face);
  assert.equal(page.originalTimestamp, '2026-05-04T09:59:00.000Z');
  assert.equal(page.context.page.path, '/before');
  assert.deepEqual([bought.event, bought.context.page.path], ['Bought', '/shoes']);
  assert.equal(after.event, 'after');
  assert.equal(world.requests[0].url, 'https://gateway.example/rpc/batch');
});

test('calls go on waiting until load is called, which counts once', async () => {
  const { c360 } = arrive({ calls: [['page', []]] });
  c360.track('Bought');
  assert.equal(world.storage.values.size, 0);

  c360.load({ writeKey: KEY, url: 'https://other.example' });
  c360.load({ writeKey: 'c360_wk_other', url: 'https://third.example' });
  await c360.flush();

  assert.deepEqual(world.sent().map(({ type }) => type), ['page', 'track']);
  assert.equal(world.requests[0].url, 'https://other.example/rpc/batch');
});

test('a tag with data attributes needs no snippet', async () => {
  const { c360 } = arrive({ dataset: { writeKey: KEY, cookieDomain: 'true', respectGpc: 'false', autocapture: '', consent: 'unknown' } });
  c360.page();
  assert.equal(c360.consent(), 'unknown');
  c360.consent('granted');
  await c360.flush();

  assert.equal(world.sent().length, 1);
});

test('the script twice is the script once', () => {
  const { c360 } = arrive({ dataset: { writeKey: KEY } });
  const { load } = c360;
  arrive({ dataset: { writeKey: 'c360_wk_other' } });

  assert.equal(tab.window.c360.load, load);
});

test('load without a key says so and throws nothing', () => {
  const { c360, told } = arrive({ calls: [['load', [{}]]], src: undefined });
  c360.page();

  assert.deepEqual(told, ['c360: load() needs writeKey and url']);
});

test('a script that nobody can name the tag of waits for load', () => {
  tab.document.currentScript = null;
  install(tab.window, make);
  tab.window.c360.load({ writeKey: KEY, url: 'https://gateway.example' });

  assert.equal(tab.window.c360.consent(), 'granted');
});
