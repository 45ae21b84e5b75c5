import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { KEY, URL_, holdTime, makeWorld, pass, settle } from './world.js';
import { create } from '../src/client.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let world;
beforeEach(() => {
  holdTime();
  world = makeWorld();
});

const sent = async (client) => {
  await client.flush();
  return world.sent();
};

test('each call becomes an event with the fields of its type', async () => {
  const c360 = world.open();

  c360.identify('u1', { email: 'lan@example.com' });
  c360.track('Bought', { total: 5 });
  c360.page('Shop', 'Shoes', { shelf: 3 });
  c360.screen('Cart');
  c360.group('g1', { name: 'Acme' });
  c360.alias('u2');
  const [identify, track, page, screen, group, alias] = await sent(c360);

  assert.deepEqual([identify.type, identify.userId, identify.traits], ['identify', 'u1', { email: 'lan@example.com' }]);
  assert.deepEqual([track.type, track.event, track.properties], ['track', 'Bought', { total: 5 }]);
  assert.deepEqual([page.type, page.category, page.name], ['page', 'Shop', 'Shoes']);
  assert.deepEqual(page.properties, {
    path: '/shoes', referrer: 'https://search.example/', search: '?color=red', title: 'Shoes',
    url: 'https://shop.example/shoes?color=red', name: 'Shoes', category: 'Shop', shelf: 3,
  });
  assert.deepEqual([screen.type, screen.name, screen.properties], ['screen', 'Cart', { name: 'Cart' }]);
  assert.deepEqual([group.type, group.groupId, group.traits], ['group', 'g1', { name: 'Acme' }]);
  assert.deepEqual([alias.type, alias.userId, alias.previousId], ['alias', 'u2', 'u1']);
  for (const event of world.sent()) {
    assert.match(event.messageId, UUID);
    assert.equal(event.anonymousId, identify.anonymousId);
    assert.equal(event.originalTimestamp, '2026-05-04T10:00:00.000Z');
  }
  assert.equal(new Set(world.sent().map((event) => event.messageId)).size, 6);
});

test('the request carries the key as a bearer token to /rpc/batch, and no cookies', async () => {
  const c360 = world.open();

  c360.page();
  await c360.flush();

  const [{ url, init, body }] = world.requests;
  assert.equal(url, 'https://gateway.example/rpc/batch');
  assert.equal(init.headers.Authorization, `Bearer ${KEY}`);
  assert.equal(init.credentials, 'omit');
  assert.equal(body.sentAt, '2026-05-04T10:00:00.000Z');
  assert.equal(body.writeKey, undefined);
});

test('the context says page, device, session and library', async () => {
  const c360 = world.open({ context: { app: { name: 'shop' } } });

  c360.group('g1');
  c360.track('Bought', null, { context: { app: { version: '2' }, ip: '0.0.0.0' }, integrations: { All: false } });
  const [first, second] = await sent(c360);

  assert.deepEqual(first.context.library, { name: '@c360/sdk', version: '0.1.0' });
  assert.deepEqual(first.context.page.path, '/shoes');
  assert.deepEqual(first.context.screen, { width: 800, height: 600 });
  assert.equal(first.context.locale, 'vi-VN');
  assert.equal(first.context.userAgent, 'Mozilla/5.0 Test');
  assert.ok(first.context.timezone);
  assert.deepEqual([first.context.sessionStart, second.context.sessionStart], [true, undefined]);
  assert.equal(second.context.sessionId, first.context.sessionId);
  assert.deepEqual(second.context.app, { name: 'shop', version: '2' });
  assert.equal(second.context.ip, '0.0.0.0');
  assert.equal(second.context.groupId, 'g1');
  assert.deepEqual([second.properties, second.integrations], [{}, { All: false }]);
});

test('arguments may be left out as in other SDKs', async () => {
  const c360 = world.open();
  const calledBack = [];

  c360.identify({ plan: 'free' });
  c360.identify(42, undefined, null);
  c360.page({ shelf: 1 });
  c360.page('Home');
  c360.page();
  c360.alias('u3', 'u0');
  c360.track('Bought', {}, {}, () => calledBack.push('track'));
  c360.track('Bought', () => {
    throw new Error('in a callback');
  });
  const events = await sent(c360);

  assert.deepEqual([events[0].userId, events[0].traits], [undefined, { plan: 'free' }]);
  assert.deepEqual([events[1].userId, events[1].traits], ['42', {}]);
  assert.deepEqual([events[2].name, events[2].properties.shelf], [undefined, 1]);
  assert.equal(events[3].name, 'Home');
  assert.equal(events[5].previousId, 'u0');
  assert.deepEqual(calledBack, ['track']);
  assert.equal(events.length, 8);
});

test('a call may bring its own id, time and message id', async () => {
  const c360 = world.open();

  c360.track('Bought', {}, { userId: 'u9', anonymousId: 'a9', messageId: 'm9', timestamp: '2026-05-01T00:00:00Z' });
  c360.track('Bought', {}, { timestamp: 'rubbish' });
  c360.track('Bought', {}, { timestamp: new Date(-5) });
  const [own, rubbish, early] = await sent(c360);

  assert.deepEqual([own.userId, own.anonymousId, own.messageId], ['u9', 'a9', 'm9']);
  assert.equal(own.originalTimestamp, '2026-05-01T00:00:00.000Z');
  assert.equal(rubbish.originalTimestamp, '2026-05-04T10:00:00.000Z');
  assert.equal(early.originalTimestamp, '2026-05-04T10:00:00.000Z');
});

test('calls that say too little are reported and not sent', async () => {
  const c360 = world.open();

  c360.track('');
  c360.track({});
  c360.group(null);
  c360.alias('');
  await c360.flush();

  assert.deepEqual(c360.told('dropped').map(({ reason }) => reason), ['no event', 'no event', 'no groupId', 'no userId']);
  assert.equal(world.requests.length, 0);
});

test('what JSON or the database cannot hold costs as little as possible', async () => {
  const c360 = world.open();
  const circle = {};
  circle.self = circle;

  c360.track('half \ud83d pair', { nul: 'a\0b', text: '\\u0000 \\ud83d', whole: '\u{1f600}', big: 12n });
  c360.track('Bought', { circle });
  c360.track('Bought', { get bad() { throw new Error('in a getter'); } });
  c360.track('Bought', { text: 'ă'.repeat(17_000) });
  const events = await sent(c360);

  assert.equal(events.length, 1);
  assert.equal(events[0].event, 'half \ufffd pair');
  assert.deepEqual(events[0].properties, { nul: 'a\ufffdb', text: '\\u0000 \\ud83d', whole: '\u{1f600}', big: '12' });
  assert.deepEqual(c360.told('dropped').map(({ reason }) => reason), ['not JSON', 'not JSON', 'too large']);
});

test('the next event says how many were dropped', async () => {
  const c360 = world.open();

  c360.track('');
  c360.page();
  const [page] = await sent(c360);

  assert.equal(page.context.library.dropped, 1);
});

test('campaign and click ids hold for the session, a new campaign takes their place', async () => {
  const landing = world.tab('https://shop.example/?utm_campaign=spring&utm_source=zalo&gclid=abc&utm_term=');
  const first = world.open({}, landing);
  first.page();
  landing.go('https://shop.example/cart');
  first.page();
  await first.flush();
  const second = world.open();
  second.page();
  await second.flush();
  const third = world.open({}, world.tab('https://shop.example/?fbclid=f1'));
  third.page();
  await third.flush();

  const contexts = world.sent().map((event) => event.context);
  for (const context of contexts.slice(0, 3)) {
    assert.deepEqual(context.campaign, { name: 'spring', source: 'zalo' });
    assert.deepEqual(context.clickIds, { gclid: 'abc' });
  }
  assert.deepEqual([contexts[3].campaign, contexts[3].clickIds], [undefined, { fbclid: 'f1' }]);
  assert.equal(contexts[1].page.referrer, 'https://shop.example/?utm_campaign=spring&utm_source=zalo&gclid=abc&utm_term=');
});

test('a session ends after half an hour without a call, at midnight if wanted, and with a reset', async () => {
  holdTime(new Date(2026, 4, 4, 23, 50).getTime());
  const c360 = world.open();
  const midnight = makeWorld();
  const other = midnight.open({ sessionEndsAtMidnight: true });
  const step = async (minutes) => {
    await pass(minutes * 60_000, 1);
    c360.page();
    other.page();
  };

  await step(0);
  await step(29);
  await step(31);
  c360.reset();
  await step(0);
  await c360.flush();
  await other.flush();

  const ids = (events) => events.map((event) => event.context.sessionId);
  const [a, b, c, d] = ids(world.sent());
  assert.equal(a, b);
  assert.equal(new Set([a, c, d]).size, 3);
  assert.notEqual(ids(midnight.sent())[0], ids(midnight.sent())[1]);
});

test('a broken record of a session begins a new one', async () => {
  world.storage.values.set('c360_session', '{"last":');
  const c360 = world.open({ sessionTimeout: 1000 });
  c360.page();

  assert.equal((await sent(c360))[0].context.sessionStart, true);
});

test('plugins change and drop events; one that throws lets nothing out', async () => {
  const c360 = world.open({ plugins: [(event) => ({ ...event, plugged: true })] });
  c360.use((event) => (event.event === 'secret' ? null : undefined));
  c360.use((event) => {
    if (event.event === 'broken') throw new Error('in a plugin');
  });

  c360.track('open');
  c360.track('secret');
  c360.track('broken');
  const events = await sent(c360);

  assert.deepEqual(events.map(({ event, plugged }) => [event, plugged]), [['open', true]]);
  assert.equal(c360.told('dropped')[0].reason, 'plugin');
  assert.equal(c360.told('error')[0].message, 'in a plugin');
});

test('listeners are told, may leave, and may throw', async () => {
  const c360 = world.open();
  const heard = [];
  const one = () => heard.push('one');
  const two = () => heard.push('two');
  c360.on('event', () => {
    throw new Error('in a listener');
  });
  c360.on('event', one);
  c360.on('event', two);

  c360.page();
  c360.off('event', one);
  c360.page();
  c360.off('event');
  c360.page();

  assert.deepEqual(heard, ['one', 'two', 'two']);
  assert.equal((await sent(c360)).length, 3);
});

test('ready calls back, also one that throws, and answers a promise', async () => {
  const c360 = world.open();
  const heard = [];

  await c360.ready(() => heard.push('ready'));
  await c360.ready(() => {
    throw new Error('in a callback');
  });
  await c360.ready();

  assert.deepEqual(heard, ['ready']);
});

test('no method throws into the page, whatever it is given', async () => {
  const c360 = world.open();
  const hostile = new Proxy({}, { get() { throw new Error('in a proxy'); }, ownKeys() { throw new Error('in a proxy'); } });

  for (const name of ['identify', 'track', 'page', 'screen', 'group', 'alias', 'consent', 'use', 'on']) {
    for (const value of [undefined, null, NaN, 0, '', [], {}, Symbol('x'), () => 1, hostile]) {
      c360[name](value, value, value);
    }
  }
  c360.use(() => null);
  c360.page();
  await settle();

  assert.ok(c360.told('error').length > 0);
});

test('it needs a key and an address', () => {
  assert.throws(() => create({ writeKey: KEY }), TypeError);
  assert.throws(() => create({ url: URL_ }), TypeError);
});

test('without anything around it, as in a worker or an app, events still leave', async () => {
  const c360 = create({
    writeKey: KEY, url: URL_,
    surroundings: { navigator: undefined, fetch: world.fetch },
  });

  c360.identify('u1');
  c360.page('Home');
  c360.screen('Home');
  const flushed = await c360.flush();

  assert.equal(flushed, 'delivered');
  assert.deepEqual(world.sent().map((event) => [event.type, event.context.page]), [
    ['identify', undefined], ['page', undefined], ['screen', undefined],
  ]);
});

test('the fetch of the moment is used, and Date of the device', async (t) => {
  const c360 = create({ writeKey: KEY, url: URL_ });
  t.mock.method(globalThis, 'fetch', world.fetch);

  c360.page();
  await c360.flush();

  assert.equal(world.sent().length, 1);
});
