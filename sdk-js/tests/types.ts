/** What TypeScript lets callers write, and what it does not. Checked, never run. */
import { create, createServer, preload, type AsyncKeyValue, type Message } from '@c360/sdk';

declare const storage: AsyncKeyValue;

export const calls = async () => {
  const c360 = create({ url: 'https://c360.example', writeKey: 'k', storage: await preload(storage), consent: 'unknown' });
  c360.identify('u1', { email: 'lan@example.com' });
  c360.identify({ plan: 'free' });
  c360.track('Order Completed', { total: 5 }, { timestamp: new Date() }, () => undefined);
  c360.page();
  c360.page('Shop', 'Shoes', { shelf: 3 });
  c360.page('Shoes', {}, null, () => undefined);
  c360.page({ shelf: 3 }, null, () => undefined);
  c360.screen('Cart', {}, null, () => undefined);
  c360.group('company-7', {}, null, () => undefined);
  c360.alias('u1', null, null, () => undefined);
  c360.on('dropped', ({ reason, count }) => `${reason} ${count.toFixed()}`);
  c360.use((message: Message) => (message.event === 'Internal' ? null : message));
  c360.use((event) => {
    if (event.context.page) event.context.page.search = '';
    return event;
  });
  const flushed: 'empty' | 'delivered' | 'kept' = await c360.flush();
  // @ts-expect-error an event has a name
  c360.track();
  // @ts-expect-error there are three decisions
  c360.consent('maybe');
  // @ts-expect-error nothing is told under this name
  c360.on('nothing', () => undefined);

  const server = createServer({ url: 'https://c360.example', writeKey: 'k' });
  server.track({ userId: 'u1', event: 'Ordered' });
  // @ts-expect-error a server says of whom it speaks
  server.track({ event: 'Ordered' });
  await server.close();
  return flushed;
};
