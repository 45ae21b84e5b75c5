// The story told by @supabase/postgrest-js: functions of /rpc, each called as its users do.
import { PostgrestClient } from '@supabase/postgrest-js';

const story = JSON.parse(process.argv[2]);
const client = new PostgrestClient(story.url, { headers: { Authorization: `Bearer ${story.key}` } });
const call = async (name, parameters, options) => {
  const { data, error, status } = await client.rpc(name, parameters, options);
  if (error) throw new Error(`${name}: ${status} ${JSON.stringify(error)}`);
  return data;
};

const anonymousId = story.cookie;
await call('page', { anonymousId, name: story.page.name, properties: story.page.properties });
await call('screen', { anonymousId, name: story.page.name });
const viewed = [...Array(story.viewed).keys()].map((n) => ({
  type: 'track', anonymousId, event: 'Product Viewed', properties: { n }, messageId: `viewed-${n}`,
}));
const outcome = await call('batch', { batch: viewed });
const again = await call('batch', { batch: viewed });
await call('identify', { anonymousId, userId: story.user, traits: story.traits });
await call('track', { userId: story.user, event: 'Order Completed', properties: story.order });
await call('group', { userId: story.user, groupId: story.group.id, traits: story.group.traits });
await call('alias', { userId: story.user, previousId: story.lead });
const refused = await client.rpc('profile', { p_identifier_type: 'email', p_value: 'nobody@shop.example' });
console.log(JSON.stringify({
  accepted: outcome.accepted,
  duplicates: again.duplicates,
  error: refused.error,
}));
