// What docs/reference/postgrest.md calls supported or absent, asked by @supabase/postgrest-js as its users ask. One JSON object on stdout:
// for each feature "ok", what was wrong, or the code it was refused with.
import assert from 'node:assert/strict';
import { PostgrestClient } from '@supabase/postgrest-js';

const [url, key, writeKey] = process.argv.slice(2);
const client = new PostgrestClient(url, { headers: { apikey: key, Authorization: `Bearer ${key}` } });
const people = (columns = 'user_id', options) => client.from('cdp_profiles').select(columns, options);

/** The user ids that a query answers, in order. */
const ids = async (query) => {
  const { data, error } = await query.order('user_id');
  if (error) throw new Error(JSON.stringify(error));
  return data.map((row) => row.user_id);
};
const answers = async (query, expected) => assert.deepEqual(await ids(query), expected);
const data = async (query, expected) => {
  const reply = await query;
  assert.equal(reply.error, null);
  assert.deepEqual(reply.data, expected);
  return reply;
};

const supported = {
  'columns': () => data(people('user_id, city').eq('user_id', 'u1'), [{ user_id: 'u1', city: 'Hanoi' }]),
  'columns under another name': () => data(people('who:user_id').eq('user_id', 'u1'), [{ who: 'u1' }]),
  'all columns': async () => {
    const { data: rows } = await people('*').eq('user_id', 'u1');
    assert.ok('master_profile_id' in rows[0] && 'email' in rows[0]);
  },
  '`eq`': () => answers(people().eq('city', 'Hanoi'), ['u1', 'u4']),
  '`neq`': () => answers(people().neq('user_id', 'u1'), ['u2', 'u3', 'u4', 'u5']),
  '`gt`': () => answers(people().gt('user_id', 'u4'), ['u5']),
  '`gte`': () => answers(people().gte('user_id', 'u4'), ['u4', 'u5']),
  '`lt`': () => answers(people().lt('total_orders', 2), ['u1']),
  '`lte`': () => answers(people().lte('user_id', 'u2'), ['u1', 'u2']),
  '`like`': () => answers(people().like('full_name', '%Bình'), ['u2']),
  '`ilike`': () => answers(people().ilike('full_name', '%BÌNH%'), ['u2']),
  '`in`': () => answers(people().in('email', ['u1@shop.vn', 'a,b', 'u3@shop.vn']), ['u1', 'u3']),
  '`is`': () => answers(people().is('city', null), ['u5']),
  '`not`': () => answers(people().not('city', 'is', null).not('user_id', 'in', '(u1,u2)'), ['u3', 'u4']),
  'several conditions': () => answers(people().match({ city: 'Hanoi', user_id: 'u4' }).filter('email', 'eq', 'u4@shop.vn'), ['u4']),
  '`order` up and down': async () => {
    const { data: rows } = await people().order('user_id', { ascending: false });
    assert.deepEqual(rows.map((row) => row.user_id), ['u5', 'u4', 'u3', 'u2', 'u1']);
  },
  '`order` with NULLs first or last': async () => {
    for (const [nullsFirst, place] of [[true, 0], [false, 4]]) {
      const { data: rows } = await people().order('city', { nullsFirst }).order('user_id');
      assert.equal(rows[place].user_id, 'u5');
    }
  },
  '`limit` and `offset`': async () => {
    await data(people().order('user_id').limit(2), [{ user_id: 'u1' }, { user_id: 'u2' }]);
    await data(people().order('user_id').range(1, 2), [{ user_id: 'u2' }, { user_id: 'u3' }]);
  },
  '`Range`': () => data(people().order('user_id').setHeader('Range', '3-4'), [{ user_id: 'u4' }, { user_id: 'u5' }]),
  '`Prefer: count=exact`': async () => {
    const { count, status } = await people('user_id', { count: 'exact' }).limit(2);
    assert.deepEqual([count, status], [5, 206]);
  },
  '`Prefer: count=planned`': async () => assert.ok((await people('user_id', { count: 'planned' })).count > 0),
  '`Prefer: count=estimated`': async () => assert.equal((await people('user_id', { count: 'estimated' })).count, 5),
  '`Prefer: return=minimal`': async () => {
    const { status, data: nothing } = await client.rpc('track', { userId: 'u1', event: 'Seen' }).setHeader('Prefer', 'return=minimal');
    assert.equal(status, 204);
    assert.ok(!nothing);
  },
  '`HEAD`': async () => {
    const { count, data: nothing } = await people('*', { count: 'exact', head: true }).eq('city', 'Hanoi');
    assert.equal(count, 2);
    assert.ok(!nothing);
  },
  'a range beyond the last row (416)': async () => {
    const { status, error } = await people('user_id', { count: 'exact' }).range(9, 10);
    assert.deepEqual([status, error.code], [416, 'PGRST103']);
  },
  'singular objects': async () => {
    await data(people().eq('user_id', 'u1').single(), { user_id: 'u1' });
    await data(people().eq('user_id', 'nobody').maybeSingle(), null);
    const { status, error } = await people().single();
    assert.deepEqual([status, error.code], [406, 'PGRST116']);
  },
  'CSV': () => data(people('user_id,city').eq('user_id', 'u3').csv(), 'user_id,city\nu3,"a,""b"""\n'),
  '`Accept-Profile`': async () => {
    await data(client.schema('tenant_acme').from('cdp_profiles').select('user_id').eq('user_id', 'u1'), [{ user_id: 'u1' }]);
    const { error } = await client.schema('tenant_other').from('cdp_profiles').select();
    assert.equal(error.code, 'PGRST106');
  },
  '`apikey`': () => data(
    new PostgrestClient(url, { headers: { apikey: key } }).from('cdp_profiles').select('user_id').eq('user_id', 'u1'),
    [{ user_id: 'u1' }],
  ),
  'functions by `GET`': async () => {
    await data(
      client.rpc('list_profiles', { p_search: 'nguyen' }, { get: true }).select('user_id').eq('city', 'Hanoi').order('user_id').limit(1),
      [{ user_id: 'u1' }],
    );
    const { count } = await client.rpc('list_profiles', { p_search: 'nguyen' }, { get: true, head: true, count: 'exact' });
    assert.equal(count, 2);
  },
  'functions by `POST`': async () => {
    await data(
      client.rpc('list_profiles', { p_search: 'nguyen' }).select('user_id').eq('city', 'Hanoi').order('user_id').limit(1),
      [{ user_id: 'u1' }],
    );
    await data(client.rpc('list_profiles').select('user_id').eq('user_id', 'u2'), [{ user_id: 'u2' }]);
    const { data: profile } = await client.rpc('profile', { p_identifier_type: 'user_id', p_value: 'u1' });
    assert.equal(profile.city, 'Hanoi');
  },
  'errors `{code, message, details, hint}`': async () => {
    const { error, status } = await people('nothing');
    assert.equal(status, 400);
    assert.equal(error.code, '42703');
    for (const member of ['message', 'details', 'hint']) assert.ok(member in error);
    const missing = await client.from('nothing').select();
    assert.deepEqual([missing.status, missing.error.code], [404, 'PGRST205']);
    const wrong = await people().eq('total_orders', 'many');
    assert.deepEqual([wrong.status, wrong.error.code], [400, '22P02']);
    await assert.rejects(async () => { await people('nothing').throwOnError(); });
  },
  'keys that may not read': async () => {
    const write = new PostgrestClient(url, { headers: { apikey: writeKey } });
    const { status, error } = await write.from('cdp_profiles').select();
    assert.deepEqual([status, error.code], [403, 'U1413']);
  },
};

const absent = {
  'embedded relations, spread': () => people('user_id, cdp_rfm(segment)'),
  'aggregates': () => people('total_orders.sum()'),
  'casts': () => people('created_at::date'),
  'paths into JSON': () => people('event_summary->page'),
  '`or`, `and` and their trees': () => people().or('city.eq.Hanoi,city.eq.Hue'),
  '`any` and `all`': () => people().likeAnyOf('city', ['H%', 'P%']),
  'full-text search': () => people().textSearch('full_name', 'an', { config: 'simple' }),
  '`match`, `imatch`, `isdistinct`': () => people().filter('city', 'match', '^H'),
  '`cs`, `cd`, `ov` and ranges': () => people().contains('source_systems', ['web']),
  'order by embedded columns': () => people().order('segment', { referencedTable: 'cdp_rfm' }).order('cdp_rfm(segment)'),
  '`Prefer: tx=rollback`': () => people().setHeader('Prefer', 'tx=rollback'),
  'plans': () => people().explain(),
  'stripped NULLs': () => people().setHeader('Accept', 'application/vnd.pgrst.object+json;nulls=stripped'),
  'insert, update, upsert, delete': () => client.from('cdp_profiles').insert({ user_id: 'u9' }),
};

const results = {};
for (const [feature, check] of Object.entries(supported)) {
  results[feature] = await check().then(() => 'ok', (error) => `wrong: ${error.message}`);
}
for (const [feature, ask] of Object.entries(absent)) {
  const { error, status } = await ask();
  results[feature] = error ? error.code : `answered with ${status}`;
}
console.log(JSON.stringify(results));
