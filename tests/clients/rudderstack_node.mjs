// The story told by @rudderstack/rudder-sdk-node.
import RudderAnalytics from '@rudderstack/rudder-sdk-node';

const story = JSON.parse(process.argv[2]);
const Client = RudderAnalytics.default ?? RudderAnalytics;
const client = new Client(story.key, { dataPlaneUrl: story.url, flushAt: 10 });
const answered = [];
const call = (method, message) => {
  answered.push(
    new Promise((resolve, reject) => {
      client[method](message, (error) => (error ? reject(error) : resolve()));
    }),
  );
};

const anonymousId = story.cookie;
call('page', { anonymousId, name: story.page.name, properties: story.page.properties });
call('screen', { anonymousId, name: story.page.name });
for (let n = 0; n < story.viewed; n += 1) {
  call('track', { anonymousId, event: 'Product Viewed', properties: { n } });
}
call('identify', { anonymousId, userId: story.user, traits: story.traits });
call('track', { userId: story.user, event: 'Order Completed', properties: story.order });
call('group', { userId: story.user, groupId: story.group.id, traits: story.group.traits });
call('alias', { userId: story.user, previousId: story.lead });
for (let flushes = 0; flushes < 10; flushes += 1) await client.flush();
await Promise.all(answered);
