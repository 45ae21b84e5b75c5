// The story told by @segment/analytics-node.
import { Analytics } from '@segment/analytics-node';

const story = JSON.parse(process.argv[2]);
const client = new Analytics({ writeKey: story.key, host: story.url, flushAt: 10 });
client.on('error', (error) => {
  console.error(error);
  process.exitCode = 1;
});

const anonymousId = story.cookie;
client.page({ anonymousId, name: story.page.name, properties: story.page.properties });
client.screen({ anonymousId, name: story.page.name });
for (let n = 0; n < story.viewed; n += 1) {
  client.track({ anonymousId, event: 'Product Viewed', properties: { n } });
}
client.identify({ anonymousId, userId: story.user, traits: story.traits });
client.track({ userId: story.user, event: 'Order Completed', properties: story.order });
client.group({ userId: story.user, groupId: story.group.id, traits: story.group.traits });
client.alias({ userId: story.user, previousId: story.lead });
await client.closeAndFlush();
