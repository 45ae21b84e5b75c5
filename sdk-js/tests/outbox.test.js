import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KEY, Locks, holdTime, makeWorld, pass, settle } from './world.js';
import { makeLock } from '../src/lock.js';

let world;
beforeEach(() => {
  holdTime();
  world = makeWorld();
});

const down = () => undefined;
const events = () => world.sent().map((event) => event.event);
const queued = () => [...world.storage.values.keys()].filter((key) => key.startsWith('c360_q_')).sort();

test('events are gathered for a second, or until there are twenty', async () => {
  const c360 = world.open();
  c360.track('1');
  c360.track('2');
  await pass(900);
  assert.equal(world.requests.length, 0);
  await pass(200);
  assert.deepEqual(world.requests.map(({ body }) => body.batch.length), [2]);

  for (let number = 0; number < 20; number += 1) c360.track('more');
  await pass(1, 1);
  assert.deepEqual(world.requests.map(({ body }) => body.batch.length), [2, 20]);
  assert.deepEqual(queued(), []);
});

test('offline, reload, online: everything once and in order', async () => {
  const answer = world.answer;
  world.answer = down;
  const before = world.open();
  for (const event of ['1', '2', '3']) before.track(event);
  await before.flush();
  // The page is gone here, its timers too.
  holdTime(Date.parse('2026-05-04T11:00:00Z'));

  const after = world.open();
  after.track('4');
  await pass(1000);
  assert.deepEqual(events(), []);
  world.answer = answer;
  after.tab.window.dispatchEvent(new Event('online'));
  await pass(10, 1);

  assert.deepEqual(events(), ['1', '2', '3', '4']);
  assert.equal(world.sent()[0].originalTimestamp, '2026-05-04T10:00:00.000Z');
  assert.deepEqual(queued(), []);
});

test('the order holds although the clock was set back in between', async () => {
  world.answer = down;
  const before = world.open();
  before.track('1');
  await before.flush();
  holdTime(Date.parse('2020-01-01T00:00:00Z'));

  const after = makeWorld({ storage: world.storage, jar: world.jar });
  const c360 = after.open();
  c360.track('2');
  await c360.flush();

  assert.deepEqual(after.sent().map((event) => event.event), ['1', '2']);
});

test('without an answer it waits longer each time, and starts afresh after one', async () => {
  const answer = world.answer;
  world.answer = () => (world.requests.length < 4 ? { status: 503, body: {} } : answer(world.requests.at(-1)));
  const c360 = world.open({}, world.tab(undefined, { surroundings: { random: () => 1 } }));
  c360.track('1');
  await c360.flush();
  const times = [];
  for (let second = 1; second <= 10; second += 1) {
    const before = world.requests.length;
    c360.track('more');
    await pass(1000, 1);
    if (world.requests.length > before) times.push(second);
  }

  assert.deepEqual(times.slice(0, 3), [1, 3, 7]);
  assert.equal(events()[0], '1');
});

test('the longest wait is five minutes', async () => {
  world.answer = down;
  const c360 = world.open();
  c360.track('1');
  for (let hour = 0; hour < 20; hour += 1) await pass(3_600_000, 1);
  const before = world.requests.length;
  await pass(300_000, 1);

  assert.equal(world.requests.length, before + 1);
});

for (const [asked, answerOf] of [
  ['seconds', () => '30'],
  ['a date', () => new Date(Date.now() + 30_000).toUTCString()],
]) {
  test(`Retry-After in ${asked} is honoured, by flush and by the network's return too`, async () => {
    const answer = world.answer;
    world.answer = () => ({ status: 429, body: {}, headers: { 'retry-after': answerOf() } });
    const c360 = world.open();
    c360.track('1');
    await c360.flush();
    world.answer = answer;

    await pass(20_000);
    assert.equal(await c360.flush(), 'kept');
    c360.tab.window.dispatchEvent(new Event('online'));
    await pass(5000);
    assert.equal(world.requests.length, 1);
    await pass(6000);
    assert.deepEqual(events(), ['1']);
  });
}

for (const text of ['soon', '-5', 'Mon, 04 May 2020 10:00:00 GMT']) {
  test(`Retry-After: ${text} is none`, async () => {
    const answer = world.answer;
    world.answer = () => ({ status: 503, body: {}, headers: { 'retry-after': text } });
    const c360 = world.open();
    c360.track('1');
    await c360.flush();
    world.answer = answer;

    await pass(1100);
    assert.deepEqual(events(), ['1']);
  });
}

test('a wait that a change of the clock made endless is not waited', async () => {
  const answer = world.answer;
  world.answer = () => ({ status: 429, body: {}, headers: { 'retry-after': '30' } });
  const c360 = world.open();
  c360.track('1');
  await c360.flush();
  world.answer = answer;
  holdTime(Date.parse('2020-01-01T00:00:00Z'));

  assert.equal(await c360.flush(), 'delivered');
});

test('a refused key or site is not asked again by this page, and loses nothing', async () => {
  const answer = world.answer;
  world.answer = () => ({ status: 401, body: {} });
  const c360 = world.open();
  c360.track('1');
  await pass(2000);
  c360.track('2');
  c360.tab.hide();
  c360.tab.leave();
  c360.tab.show();
  await pass(600_000);
  assert.equal(world.requests.length, 1);
  assert.equal(c360.told('error').length, 1);
  world.answer = answer;

  assert.equal(await c360.flush(), 'delivered');
  c360.track('3');
  await pass(2000);
  assert.deepEqual(events(), ['1', '2', '3']);
});

test('a batch that is refused is halved until the one is found that is not taken', async () => {
  const answer = world.answer;
  world.answer = (request) =>
    request.body.batch.some(({ event }) => event === 'bad') ? { status: 413, body: {} } : answer(request);
  const c360 = world.open();
  for (const event of ['1', '2', 'bad', '3', '4']) c360.track(event);
  await c360.flush();

  assert.deepEqual(events(), ['1', '2', '3', '4']);
  assert.deepEqual(c360.told('dropped').map(({ reason, messages }) => [reason, messages[0].event]), [['status 413', 'bad']]);
});

test('what the gateway rejects of a batch is told and not sent again', async () => {
  const rejected = { index: 0, messageId: 'm', code: 'U1108', message: 'no id' };
  world.answer = () => ({ status: 200, body: { success: true, accepted: 0, duplicates: 1, rejected: [rejected] } });
  const c360 = world.open();
  c360.track('1');
  c360.track('2');
  await c360.flush();
  await pass(10_000);

  assert.equal(world.requests.length, 1);
  assert.deepEqual(c360.told('rejected'), [rejected]);
  assert.deepEqual(c360.told('sent'), [{ count: 2, accepted: 0, duplicates: 1 }]);
});

for (const [what, answer] of [
  ['a page of a hotel', { status: 200, body: '<html>' }],
  ['JSON of somebody else', { status: 200, body: { ok: true } }],
  ['no object', { status: 200, body: 'null' }],
  ['too slow', { status: 408, body: {} }],
]) {
  test(`an answer that is not the gateway's is none: ${what}`, async () => {
    const mine = world.answer;
    world.answer = () => answer;
    const c360 = world.open();
    c360.track('1');
    assert.equal(await c360.flush(), 'kept');
    world.answer = mine;
    await pass(2000);

    assert.deepEqual(events(), ['1']);
  });
}

test('204 is a delivery', async () => {
  world.answer = () => ({ status: 204 });
  const c360 = world.open();
  c360.track('1');

  assert.equal(await c360.flush(), 'delivered');
  assert.deepEqual(queued(), []);
  assert.equal(await c360.flush(), 'empty');
});

test('a request without an answer ends after its time and is made again', async () => {
  const answer = world.answer;
  world.answer = () => new Promise(() => {});
  const c360 = world.open({ timeout: 5000 });
  c360.track('1');
  await pass(2000);
  world.answer = answer;
  await pass(8000);

  assert.equal(world.requests.length, 2);
  assert.deepEqual(events(), ['1']);
});

test('batches have at most a hundred events and 400 KB', async () => {
  const c360 = world.open({ flushAt: 1000 });
  for (let number = 0; number < 150; number += 1) c360.track(`${number}`);
  for (let number = 0; number < 20; number += 1) c360.track(`big ${number}`, { text: 'x'.repeat(30_000) });
  await c360.flush();

  const sizes = world.requests.map(({ body }) => body.batch.length);
  assert.equal(sizes[0], 100);
  assert.equal(events().length, 170);
  assert.ok(world.requests.every(({ init }) => init.body.length < 410_000));
});

test('a full queue drops the oldest and says which', async () => {
  world.answer = down;
  const c360 = world.open({ maxQueue: 3 });
  for (const event of ['1', '2', '3', '4', '5']) c360.track(event);
  world.answer = makeWorld().answer;
  await c360.flush();

  assert.deepEqual(events(), ['3', '4', '5']);
  assert.deepEqual(
    c360.told('dropped').map(({ reason, count, messages }) => [reason, count, messages[0].event]),
    [['queue full', 1, '1'], ['queue full', 1, '2']],
  );
});

test('what is on its way is not dropped from a full queue', async () => {
  const answer = world.answer;
  let go;
  world.answer = (request) => new Promise((done) => (go = () => done(answer(request))));
  const c360 = world.open({ maxQueue: 1 });
  c360.track('1');
  const flushed = c360.flush();
  await settle();
  c360.track('2');
  c360.track('3');
  world.answer = answer;
  go();
  await flushed;

  assert.deepEqual(events(), ['1', '3']);
});

test('a full storage keeps events in memory', async () => {
  world.storage.isFull = true;
  const c360 = world.open();
  c360.track('1');
  c360.track('2');
  assert.deepEqual(queued(), []);
  await c360.flush();

  assert.deepEqual(events(), ['1', '2']);
});

test('a value in the queue that is none of ours is removed', async () => {
  for (const value of ['rubbish', '99999999999999999999,|{"type":"page"}']) {
    world.storage.values.set(`c360_q_${KEY.slice(-8)}_${value.length}`, value);
  }
  const c360 = world.open();
  await pass(10, 1);
  c360.track('1');
  await c360.flush();

  assert.deepEqual(events(), ['1']);
  assert.deepEqual(queued(), []);
});

test('a value in the queue that is no JSON costs itself alone', async () => {
  const key = `c360_q_${KEY.slice(-8)}_0`;
  world.storage.values.set(key, '5,|{"type":');
  const fetch = world.fetch;
  world.fetch = async (url, init) => {
    try {
      JSON.parse(init.body);
    } catch {
      return { status: 400, headers: new Headers(), json: async () => ({}) };
    }
    return fetch(url, init);
  };
  const c360 = world.open();
  c360.track('1');
  await c360.flush();

  assert.deepEqual(events(), ['1']);
  assert.equal(c360.told('dropped')[0].reason, 'status 400');
});

test('sentAt and the time of the event are by the clock of the server once it is known', async () => {
  const ahead = 3 * 365 * 86_400_000;
  world.serverAhead = ahead;
  const c360 = world.open({ flushInterval: 600_000 });
  c360.track('1');
  await c360.flush();
  await pass(60_000, 1);
  c360.track('2');
  await pass(60_000, 1);
  await c360.flush();

  const [first, second] = world.requests.map(({ body }) => [body.sentAt, body.batch[0].originalTimestamp].map(Date.parse));
  assert.deepEqual(first, [Date.parse('2026-05-04T10:00:00Z'), Date.parse('2026-05-04T10:00:00Z')]);
  assert.ok(Math.abs(second[0] - (Date.parse('2026-05-04T10:02:00Z') + ahead)) < 1500, `${second}`);
  assert.ok(Math.abs(second[1] - (Date.parse('2026-05-04T10:01:00Z') + ahead)) < 1500, `${second}`);
});

test('an event keeps its time when the clock is put right before it is sent', async () => {
  const wrong = Date.parse('2023-05-04T10:00:00Z');
  const right = Date.parse('2026-05-04T10:00:00Z');
  holdTime(wrong);
  world.serverAhead = right - wrong;
  const answer = world.answer;
  const before = world.open();
  before.track('1');
  await before.flush();
  world.answer = down;
  before.track('2');
  await before.flush();

  holdTime(right + 60_000);
  world.serverAhead = 0;
  world.answer = answer;
  const after = world.open();
  await after.flush();

  const { body } = world.requests.at(-1);
  assert.ok(Math.abs(Date.parse(body.batch[0].originalTimestamp) - right) < 1500);
  assert.equal(Date.parse(body.sentAt), right + 60_000);
});

test('a clock that is right, or an answer without a date, changes no time', async () => {
  const answer = world.answer;
  world.answer = (request) => ({ ...answer(request), headers: world.requests.length > 1 ? {} : { date: '' } });
  world.serverAhead = 900;
  const c360 = world.open();
  for (const event of ['1', '2', '3']) {
    c360.track(event);
    await c360.flush();
  }

  assert.ok(world.requests.every(({ body }) => body.sentAt === '2026-05-04T10:00:00.000Z'));
});

test('hidden: what has no answer goes out in a request that outlives the page and is answered', async () => {
  const c360 = world.open();
  c360.track('1');
  c360.tab.hide();
  c360.tab.hide();
  const [{ init, body }] = world.requests;
  assert.deepEqual([init.keepalive, init.headers], [true, { 'Content-Type': 'text/plain' }]);
  assert.deepEqual([body.writeKey, body.batch.length], [KEY, 1]);
  await settle();
  c360.tab.leave();
  await pass(5000);

  assert.deepEqual([world.requests.length, world.beacons.length], [1, 0]);
  assert.deepEqual(queued(), []);
});

test('hidden without an answer: it is sent again', async () => {
  const answer = world.answer;
  world.answer = down;
  const c360 = world.open();
  c360.track('1');
  c360.tab.hide();
  await settle();
  world.answer = answer;
  await pass(2000);

  assert.deepEqual(events(), ['1']);
});

test('gone: a beacon takes what has no answer, also what is under way, and the next page makes sure', async () => {
  const answer = world.answer;
  world.answer = () => new Promise(() => {});
  const c360 = world.open();
  c360.track('1');
  c360.flush();
  await settle();
  c360.track('2');
  c360.tab.hide();
  c360.track('3');
  c360.tab.leave();
  c360.tab.leave();
  world.answer = answer;

  assert.deepEqual(world.beacons.map(({ url, body }) => [url, body.writeKey, body.batch.map(({ event }) => event)]), [
    ['https://gateway.example/rpc/batch', KEY, ['1', '3']],
  ]);
  assert.equal(queued().length, 3);
  holdTime();
  world.locks = new Locks();
  const next = world.open();
  await pass(10, 1);
  assert.deepEqual(events(), ['1', '2', '3']);
  assert.equal(next.told('sent').length, 1);
});

test('gone and back: what a beacon took is made sure of', async () => {
  const c360 = world.open();
  c360.track('1');
  c360.tab.leave();
  await pass(5000);
  assert.equal(await c360.flush(), 'empty');
  assert.deepEqual([world.beacons.length, world.requests.length], [1, 0]);

  c360.tab.window.dispatchEvent(new Event('pageshow'));
  await pass(10, 1);

  assert.deepEqual(events(), ['1']);
  assert.deepEqual(queued(), []);
});

test('gone where beacons are refused: a request that outlives the page', async () => {
  world.takesBeacons = false;
  const c360 = world.open();
  c360.track('1');
  c360.tab.leave();
  await settle();

  assert.equal(world.requests[0].init.keepalive, true);
});

test('without requests that outlive their page a beacon goes when the page is hidden', async (t) => {
  const { Request } = globalThis;
  t.after(() => (globalThis.Request = Request));
  globalThis.Request = undefined;
  const c360 = world.open();
  c360.track('1');
  c360.tab.hide();
  assert.equal(world.beacons.length, 1);

  world.takesBeacons = false;
  c360.track('2');
  c360.tab.hide();
  await pass(2000);
  assert.deepEqual(events(), ['2']);
});

test('what leaves with the page has at most 60 KB', () => {
  const c360 = world.open();
  for (let number = 0; number < 5; number += 1) c360.track('big', { text: 'x'.repeat(20_000) });
  c360.tab.leave();

  assert.equal(world.beacons[0].body.batch.length, 2);
});

test('withdrawn while the page is hidden: the answer changes nothing', async () => {
  const c360 = world.open();
  c360.track('1');
  c360.tab.hide();
  c360.consent('denied');
  await pass(2000);

  assert.equal(c360.told('sent').length, 0);
});

for (const [how, make] of [
  ['Web Locks', () => makeWorld()],
  ['a lease', () => makeWorld({ locks: null })],
  ['a lease, as Web Locks are refused', () =>
    makeWorld({ locks: { request: async () => { throw new Error('SecurityError'); } } })],
]) {
  test(`two tabs send nothing twice: ${how}`, async () => {
    world = make();
    const [one, two] = [world.open(), world.open()];
    for (let number = 0; number < 30; number += 1) (number % 2 ? one : two).track(`${number}`);
    const flushing = Promise.all([one.flush(), two.flush()]);
    await pass(5000);
    await flushing;

    assert.equal(events().length, 30);
    assert.deepEqual([...events()].sort((a, b) => a - b), Array.from({ length: 30 }, (_, number) => `${number}`));
    assert.deepEqual(queued(), []);
  });
}

test('a tab that died with a lease holds the others up for a minute at most', async () => {
  world = makeWorld({ locks: null });
  world.storage.values.set(`c360_lock_c360_q_${KEY.slice(-8)}_`, `dead ${Date.now() + 60_000}`);
  const c360 = world.open();
  c360.track('1');
  await pass(30_000, 30);
  assert.deepEqual(events(), []);
  await pass(40_000, 40);

  assert.deepEqual(events(), ['1']);
});

test('a lease of a clock that was set back counts for nothing', async () => {
  world = makeWorld({ locks: null });
  world.storage.values.set(`c360_lock_c360_q_${KEY.slice(-8)}_`, `dead ${Date.now() + 600_000}`);
  const c360 = world.open();
  c360.track('1');
  await pass(3000);

  assert.deepEqual(events(), ['1']);
});

test('the core without Web Locks just sends', async () => {
  world = makeWorld({ locks: null });
  const c360 = world.open({}, world.tab(), {});
  c360.track('1');
  await c360.flush();

  assert.deepEqual(events(), ['1']);
});

test('a lock that nothing stands in for lets the work be done', async () => {
  assert.equal(await makeLock(undefined, 'name')(async () => 5), 5);
});

test('a fault inside of sending leaves the events and tries later', async () => {
  let isBroken = true;
  const c360 = world.open({}, world.tab(undefined, {
    surroundings: {
      now: () => {
        if (isBroken === 'now') throw new Error('no clock');
        return Date.now();
      },
    },
  }));
  c360.track('1');
  isBroken = 'now';
  assert.equal(await c360.flush(), 'kept');
  isBroken = false;
  await pass(300_000, 1);

  assert.deepEqual(events(), ['1']);
});
