import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { holdTime, makeWorld } from './world.js';

let world;
beforeEach(() => {
  holdTime();
  world = makeWorld();
});

const cookie = () => JSON.parse(decodeURIComponent(world.jar.values.get('c360_id@') ?? 'null'));

test('the anonymous id is in localStorage and in a cookie, and is found again', () => {
  const first = world.open().ids().anonymousId;

  assert.equal(JSON.parse(world.storage.getItem('c360_id')).anonymousId, first);
  assert.equal(cookie().anonymousId, first);
  assert.equal(world.jar.attributes.get('c360_id'), 'path=/; max-age=31536000; samesite=lax; secure');
  assert.equal(world.open().ids().anonymousId, first);
});

test('either of the two brings the other one back', () => {
  const first = world.open().ids().anonymousId;

  world.storage.values.clear();
  assert.equal(world.open().ids().anonymousId, first);
  assert.equal(JSON.parse(world.storage.getItem('c360_id')).anonymousId, first);
  world.jar.values.clear();
  assert.equal(world.open().ids().anonymousId, first);
  assert.equal(cookie().anonymousId, first);
});

test('without both it lives in memory', () => {
  world.storage.isForbidden = world.jar.isForbidden = true;
  const c360 = world.open();

  assert.equal(c360.ids().anonymousId, c360.ids().anonymousId);
  assert.notEqual(world.open().ids().anonymousId, c360.ids().anonymousId);
});

test('a full storage does not keep an old answer', () => {
  const c360 = world.open();
  c360.identify('u1');
  world.storage.isFull = true;

  c360.identify('u2');
  world.jar.values.clear();

  assert.equal(c360.ids().userId, 'u2');
});

for (const broken of ['{', '7', 'null', '{"anonymousId":7}', '{"anonymousId":""}']) {
  test(`a broken record ${broken} is replaced`, () => {
    world.storage.values.set('c360_id', broken);
    world.jar.values.set('c360_id@', '%E0%A4%A');

    assert.ok(world.open().ids().anonymousId.length > 30);
  });
}

test('another user on the same device is another visitor with another session', async () => {
  const c360 = world.open();
  c360.identify('u1');
  c360.group('g1');
  c360.identify('u1', { plan: 'free' });
  c360.identify('u2');
  await c360.flush();

  const [first, , again, other] = world.sent();
  assert.equal(again.anonymousId, first.anonymousId);
  assert.notEqual(other.anonymousId, first.anonymousId);
  assert.notEqual(other.context.sessionId, first.context.sessionId);
  assert.equal(other.context.groupId, undefined);
});

test('reset makes a new visitor and lets what waits go out under the old name', async () => {
  const c360 = world.open();
  c360.identify('u1');
  c360.reset();
  c360.page();
  await c360.flush();

  const [before, after] = world.sent();
  assert.equal(before.userId, 'u1');
  assert.equal(after.userId, undefined);
  assert.notEqual(after.anonymousId, before.anonymousId);
  assert.equal(c360.told('reset').length, 1);
});

test('what another tab learns is known here at the next call', () => {
  const [one, two] = [world.open(), world.open()];

  one.identify('u1');

  assert.equal(two.ids().userId, 'u1');
});

test('subdomains share the widest domain that the browser takes', () => {
  world = makeWorld({ host: 'www.shop.com.vn' });
  const c360 = world.open({ cookieDomain: true }, world.tab('https://www.shop.com.vn/'));

  assert.ok(world.jar.values.has('c360_id_shared@shop.com.vn'));
  assert.ok(c360.ids().anonymousId);
  c360.consent('denied');
  assert.equal(world.jar.values.size, 0);
});

test('a host that has no wider domain keeps its own cookie', () => {
  world = makeWorld({ host: 'localhost' });
  world.open({ cookieDomain: true }, world.tab('http://localhost/'));

  assert.ok(world.jar.values.has('c360_id@'));
  assert.doesNotMatch(world.jar.attributes.get('c360_id'), /secure/);
});

test('a named domain is taken as it is, also by the core', () => {
  world.open({ cookieDomain: 'shop.example' }, world.tab(), {});

  assert.ok(world.jar.values.has('c360_id_shared@shop.example'));
});

test('a change of the domain of cookies leaves no old answer behind', () => {
  const host = world.open();
  const { anonymousId } = host.ids();
  const shared = world.open({ cookieDomain: 'shop.example' });
  shared.identify('u1');
  assert.deepEqual(shared.ids(), { anonymousId, userId: 'u1' });
  shared.identify('u2');
  const { anonymousId: second } = shared.ids();
  world.storage.values.clear();

  assert.equal(world.open({ cookieDomain: 'shop.example' }).ids().anonymousId, second);
  world.open({ cookieDomain: 'shop.example', consent: 'denied' });
  assert.equal(world.jar.values.size, 0);
});

test('an id too long for a cookie stands in localStorage alone', () => {
  const c360 = world.open();

  c360.identify('ă'.repeat(600));

  assert.equal(cookie(), null);
  assert.equal(c360.ids().userId.length, 600);
});
