// Reads a golden record with @supabase/postgrest-js in each way it calls a function, and one that is not there.
import { PostgrestClient } from '@supabase/postgrest-js';

const story = JSON.parse(process.argv[2]);
const client = new PostgrestClient(story.url, { headers: { Authorization: `Bearer ${story.key}` } });
const asked = { p_identifier_type: 'email', p_value: story.traits.email };
const answers = [
  await client.rpc('profile', asked),
  await client.rpc('profile', asked, { get: true }),
  await client.rpc('profile', asked).single(),
  await client.rpc('profile', asked, { head: true }),
  await client.rpc('profile', { ...asked, p_value: 'nobody@shop.example' }),
];
console.log(JSON.stringify(answers.map(({ data, error, status }) => ({ data, error, status }))));
