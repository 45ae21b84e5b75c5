import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KEY, URL_, holdTime, makeWorld, pass } from './world.js';
import { createServer } from '../src/server.js';
import { preload } from '../src/storage.js';

let world;
beforeEach(() => {
  holdTime();
  world = makeWorld();
});

const open = (options = {}) =>
  createServer({ writeKey: KEY, url: URL_, surroundings: { fetch: world.fetch }, ...options });

test('a server speaks for many people and keeps none of them', async () => {
  const c360 = open();
  c360.identify({ userId: 'u1', traits: { plan: 'free' }, context: { ip: '0.0.0.0' } });
  c360.track({ userId: 'u2', event: 'Bought', messageId: 'm2', timestamp: new Date('2026-05-01T00:00:00Z') });
  c360.page({ anonymousId: 'a3', timestamp: 'rubbish' });
  c360.screen({ anonymousId: 'a3' });
  c360.group({ userId: 'u1', groupId: 'g1' });
  c360.alias({ userId: 'u1', previousId: 'a1' });

  assert.equal(await c360.close(), 'delivered');
  const [identify, track, page] = world.sent();
  assert.deepEqual(identify.context, { library: { name: '@c360/sdk/server', version: '0.1.0' }, ip: '0.0.0.0' });
  assert.deepEqual([track.messageId, track.userId, track.originalTimestamp], ['m2', 'u2', '2026-05-01T00:00:00.000Z']);
  assert.deepEqual([page.userId, page.originalTimestamp], [undefined, '2026-05-04T10:00:00.000Z']);
  assert.equal(world.sent().length, 6);
});

test('events that say too little or too much are reported', async () => {
  const c360 = open();
  const reasons = [];
  const note = ({ reason }) => reasons.push(reason);
  c360.on('dropped', note);
  const circle = {};
  circle.self = circle;

  c360.track({ userId: 'u1' });
  c360.page({});
  c360.page();
  c360.track({ userId: 'u1', event: 'Bought', properties: circle });
  c360.track({ userId: 'u1', event: 'Bought', properties: { text: 'x'.repeat(40_000) } });
  c360.off('dropped', note);
  c360.page();

  assert.deepEqual(reasons, ['no event', 'no userId or anonymousId', 'no userId or anonymousId', 'not JSON', 'too large']);
  assert.equal(await c360.flush(), 'empty');
});

test('a server that cannot reach the gateway closes without a timer', async () => {
  world.answer = () => undefined;
  const c360 = open();
  c360.page({ userId: 'u1' });

  assert.equal(await c360.close(), 'kept');
  await pass(600_000);
  assert.equal(world.requests.length, 1);
});

test('it uses the fetch and the clock of the process, or those it is given', async (t) => {
  t.mock.method(globalThis, 'fetch', world.fetch);
  const usual = open({ surroundings: undefined });
  usual.page({ userId: 'u1' });
  await usual.flush();
  const given = open({ surroundings: { fetch: world.fetch, now: () => 0 } });
  given.page({ userId: 'u1' });
  await given.flush();

  assert.deepEqual(world.sent().map((event) => event.originalTimestamp), ['2026-05-04T10:00:00.000Z', '1970-01-01T00:00:00.000Z']);
});

test('it needs a key and an address', () => {
  assert.throws(() => createServer({ writeKey: KEY }), TypeError);
  assert.throws(() => createServer(), TypeError);
});

test('an app with an asynchronous storage finds its queue again', async () => {
  const disk = new Map([['other', 'x'], ['c360_gone', null]]);
  const asynchronous = {
    getAllKeys: async () => [...disk.keys()],
    getItem: async (name) => disk.get(name) ?? null,
    setItem: async (name, value) => {
      if (name === 'c360_session') throw new Error('disk');
      disk.set(name, value);
    },
    removeItem: async (name) => void disk.delete(name),
  };
  const app = async (answer) => {
    world.answer = answer;
    const bare = { window: undefined, document: undefined, location: undefined, navigator: {}, fetch: world.fetch };
    return world.open({ storage: await preload(asynchronous), surroundings: bare });
  };
  const { answer } = world;

  const first = await app(() => undefined);
  first.screen('Home');
  await pass(1000);
  const second = await app(answer);
  await pass(1000);

  assert.equal(world.sent()[0].name, 'Home');
  assert.equal(second.ids().anonymousId, first.ids().anonymousId);
  assert.deepEqual([...disk.keys()].filter((name) => name.startsWith('c360_q_')), []);
  assert.equal(disk.get('other'), 'x');
});
