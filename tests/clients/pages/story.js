// The story in the calls that the browser clients of Segment and RudderStack share.
window.tellTo = (analytics, story) => [
  analytics.page('Shop', story.page.name, story.page.properties),
  ...[...Array(story.viewed).keys()].map((n) => analytics.track('Product Viewed', { n })),
  analytics.identify(story.user, story.traits),
  analytics.track('Order Completed', story.order),
  analytics.group(story.group.id, story.group.traits),
  analytics.alias(story.user, story.lead),
];
