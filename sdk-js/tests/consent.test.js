import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { holdTime, makeWorld, pass, settle } from './world.js';

let world;
beforeEach(() => {
  holdTime();
  world = makeWorld();
});

const nothingIsKept = () => {
  assert.deepEqual([...world.storage.values.keys()], []);
  assert.deepEqual([...world.jar.values.keys()], []);
};

test('unknown: calls wait in memory, nothing leaves and nothing is kept', async () => {
  const c360 = world.open({ consent: 'unknown' });
  c360.identify('u1');
  c360.page();
  assert.equal(await c360.flush(), 'kept');
  c360.tab.leave();
  c360.tab.hide();
  c360.tab.show();
  await pass(10_000);

  assert.equal(world.requests.length + world.beacons.length, 0);
  assert.equal(world.jar.writes, 0);
  nothingIsKept();
});

test('granted: what waited is sent as it was when it was called', async () => {
  const c360 = world.open({ consent: 'unknown' });
  const order = { total: 1 };
  c360.track('Bought', order);
  order.total = 2;
  c360.track('Bought', { get bad() { throw new Error('in a getter'); } });
  await pass(5000);

  c360.consent('granted', { categoryPreferences: { ads: false } });
  c360.page();
  await c360.flush();

  const [bought, page] = world.sent();
  assert.equal(bought.properties.total, 1);
  assert.equal(bought.originalTimestamp, '2026-05-04T10:00:00.000Z');
  assert.deepEqual(page.context.consent, { categoryPreferences: { ads: false } });
  assert.equal(page.anonymousId, bought.anonymousId);
  assert.equal(page.context.sessionId, bought.context.sessionId);
  assert.deepEqual(c360.told('dropped').map(({ reason }) => reason), ['not JSON']);
});

test('granted: the visit goes on at the next page, with its campaign', async () => {
  const first = world.open({ consent: 'unknown' }, world.tab('https://shop.example/?utm_source=ads&gclid=G1'));
  first.page();
  first.consent('granted');
  await first.flush();

  const next = world.open({ consent: 'granted' }, world.tab('https://shop.example/next'));
  next.page();
  await next.flush();

  const [landing, after] = world.sent().map(({ context }) => context);
  assert.equal(after.sessionId, landing.sessionId);
  assert.deepEqual([landing.sessionStart, after.sessionStart], [true, undefined]);
  assert.deepEqual(after.campaign, landing.campaign);
  assert.equal(landing.campaign.source, 'ads');
});

test('granted: a visitor who was here before is found again', async () => {
  const known = world.open();
  known.identify('u1');
  await known.flush();
  const { anonymousId } = known.ids();

  const c360 = world.open({ consent: 'unknown' });
  c360.page();
  c360.track('Bought', {}, { anonymousId: 'own' });
  assert.notEqual(c360.ids().anonymousId, anonymousId);
  c360.consent('granted');
  await c360.flush();

  assert.deepEqual(world.sent().map((event) => event.anonymousId), [anonymousId, anonymousId, 'own']);
  assert.equal(c360.ids().userId, 'u1');
});

test('granted: somebody else than before stays somebody else', async () => {
  const known = world.open();
  known.identify('u1');
  await known.flush();

  const c360 = world.open({ consent: 'unknown' });
  c360.identify('u2');
  c360.consent('granted');
  await c360.flush();

  assert.notEqual(world.sent()[1].anonymousId, world.sent()[0].anonymousId);
  assert.equal(c360.ids().userId, 'u2');
});

test('what waits for consent is bounded, and says what it dropped', () => {
  const c360 = world.open({ consent: 'unknown', maxQueue: 2 });
  for (const event of ['1', '2', '3']) c360.track(event);

  assert.deepEqual(c360.told('dropped').map(({ reason, messages }) => [reason, messages[0].event]), [['queue full', '1']]);
});

test('denied: calls are dropped, nothing leaves and nothing is kept', async () => {
  const c360 = world.open({ consent: 'denied', cookieDomain: true });
  c360.identify('u1');
  for (const name of ['page', 'screen']) c360[name]('Home');
  c360.track('Bought');
  c360.group('g1');
  c360.alias('u2');
  c360.reset();
  assert.deepEqual(c360.ids(), {});
  assert.equal(await c360.flush(), 'kept');
  c360.tab.leave();
  await pass(10_000);

  assert.equal(world.requests.length + world.beacons.length, 0);
  nothingIsKept();
  assert.equal(c360.told('dropped').length, 6);
  assert.ok(c360.told('dropped').every(({ reason }) => reason === 'consent'));
});

test('withdrawn: what waits and what was kept goes, a request under way is ended', async () => {
  world.answer = () => new Promise(() => {});
  const c360 = world.open();
  c360.page();
  c360.flush();
  await settle();
  const [{ init }] = world.requests;
  c360.track('Bought');

  c360.consent('denied');
  c360.track('Bought');
  await pass(600_000);

  assert.equal(init.signal.aborted, true);
  assert.equal(world.requests.length, 1);
  assert.deepEqual(c360.told('dropped').map(({ count }) => count), [2, 1]);
  assert.deepEqual(c360.told('consent'), ['denied']);
  nothingIsKept();
});

test('withdrawn while it waited: what waited goes', () => {
  const c360 = world.open({ consent: 'unknown' });
  c360.page();

  c360.consent('denied');
  c360.consent('denied');

  assert.deepEqual(c360.told('dropped').map(({ count }) => count), [1]);
});

test('given again: a new visitor is sent', async () => {
  const c360 = world.open();
  const before = c360.ids().anonymousId;

  c360.consent('denied');
  c360.consent('granted');
  c360.page();
  await c360.flush();

  assert.equal(c360.consent(), 'granted');
  assert.notEqual(world.sent()[0].anonymousId, before);
});

test('given again after the gateway could not be reached: it is asked at once', async () => {
  const { answer } = world;
  world.answer = () => undefined;
  const c360 = world.open();
  c360.page();
  await c360.flush();
  c360.consent('denied');
  world.answer = answer;

  c360.consent('granted');
  c360.track('Bought');
  await pass(1100);

  assert.deepEqual(world.sent().map((event) => event.type), ['track']);
});

test('not sure any more: calls wait again, and what is on the device stays', async () => {
  const c360 = world.open();
  c360.page();

  c360.consent('unknown');
  c360.track('Bought');
  await pass(10_000);
  assert.equal(world.requests.length, 0);
  c360.consent('granted');
  await c360.flush();

  assert.deepEqual(world.sent().map((event) => event.type), ['page', 'track']);
});

test('a word that is no decision sends nothing', async () => {
  const c360 = world.open({ consent: 'yes' });
  c360.page();
  await pass(10_000);

  assert.equal(world.requests.length, 0);
  nothingIsKept();
});

test('who withdraws in one tab has withdrawn in all', async () => {
  const channels = [];
  class BroadcastChannel extends EventTarget {
    constructor() {
      super();
      channels.push(this);
    }
    postMessage() {
      for (const other of channels) if (other !== this) other.dispatchEvent(new Event('message'));
    }
  }
  const tabs = [world.tab(), world.tab()];
  for (const tab of tabs) tab.window.BroadcastChannel = BroadcastChannel;
  const [one, two] = tabs.map((tab) => world.open({}, tab));

  one.consent('denied');
  two.page();

  assert.equal(two.consent(), 'denied');
  nothingIsKept();
});

const silent = [
  ['Global Privacy Control', { globalPrivacyControl: true }, {}, 'denied'],
  ['Global Privacy Control, not respected', { globalPrivacyControl: true }, { respectGpc: false }, 'granted'],
  ['Global Privacy Control and a decision', { globalPrivacyControl: true }, { consent: 'granted' }, 'granted'],
  ['Do Not Track', { doNotTrack: '1' }, {}, 'granted'],
  ['Do Not Track, respected', { doNotTrack: '1' }, { respectDnt: true }, 'denied'],
  ['a robot', { userAgent: 'Googlebot/2.1' }, {}, 'granted'],
  ['a robot, dropped', { userAgent: 'Googlebot/2.1' }, { dropBots: true }, 'denied'],
  ['a robot, dropped whatever is said', { webdriver: true }, { dropBots: true, consent: 'granted' }, 'denied'],
  ['a person where robots are dropped', {}, { dropBots: true }, 'granted'],
];
for (const [who, navigator, options, expected] of silent) {
  test(`${who}: ${expected}`, () => {
    const c360 = world.open(options, world.tab(undefined, { navigator }));
    c360.page();

    assert.equal(c360.consent(), expected);
    assert.equal(c360.told('dropped')[0]?.reason, expected === 'granted' ? undefined : options.dropBots ? 'robot' : 'consent');
  });
}

test('the core keeps robots', () => {
  const c360 = world.open({ dropBots: true }, world.tab(undefined, { navigator: { webdriver: true } }), {});

  assert.equal(c360.consent(), 'granted');
});
