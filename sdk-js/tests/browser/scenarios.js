/** What visitors do. Each answers what the page saw; what the database has is looked at by who called. */
import { readFileSync } from 'node:fs';

const stored = (tab) =>
  tab.evaluate(async () => ({
    local: Object.keys(localStorage),
    session: Object.keys(sessionStorage),
    cookies: document.cookie,
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));

/** A visit that ends with a purchase, over three pages and the snippet of the guide. */
export const purchase = async ({ visitor, open, serve, snippet, delivered }) => {
  serve('/', `${snippet()}<script>c360.page();</script><a href="/cart?utm_source=zalo">cart</a>`);
  serve('/cart', `${snippet()}<script>c360.page('Cart'); c360.track('Product Added', { sku: 'A' });</script><a href="/thanks">pay</a>`);
  serve('/thanks', `${snippet()}<script>
    c360.page('Thanks');
    c360.identify('u1', { email: 'lan@example.com' });
    c360.track('Order Completed', { order_id: 'O1', total: 25, currency: 'USD' });
  </script>`);
  const tab = await open(await visitor(), '/');
  await tab.click('a');
  await tab.waitForURL('**/cart*');
  await tab.click('a');
  await tab.waitForURL('**/thanks');
  await delivered(tab);
  return { ids: await tab.evaluate(() => c360.ids()) };
};

/** The network goes, the page is loaded again without it, the network comes back. */
export const offline = async ({ visitor, open, serve, snippet, delivered, origin, gateway }) => {
  serve('/', `${snippet()}<script>c360.page();</script>`);
  const context = await visitor();
  // Chromium lets what outlives its page through when it plays being offline.
  await context.addInitScript(() => {
    Navigator.prototype.sendBeacon = () => false;
    delete Request.prototype.keepalive;
  });
  const tab = await open(context, '/');
  await delivered(tab);
  // The page and the script come from a cache, as a service worker would have it.
  const page = await (await fetch(`${origin}/`)).text();
  const script = await (await fetch(`${gateway}/sdk/c360.js`)).text();
  await context.route(`${origin}/`, (route) => route.fulfill({ contentType: 'text/html', body: page }));
  await context.route(`${gateway}/sdk/c360.js`, (route) => route.fulfill({ contentType: 'text/javascript', body: script }));
  await context.setOffline(true);
  await tab.evaluate(() => {
    for (let number = 1; number <= 30; number += 1) c360.track(`offline ${number}`);
    return c360.flush();
  });
  await tab.reload();
  await tab.waitForFunction(() => window.c360?.version);
  await tab.evaluate(() => c360.track('after the reload'));
  const waiting = await tab.evaluate(() => Object.keys(localStorage).filter((name) => name.startsWith('c360_q_')).length);
  await context.setOffline(false);
  await tab.waitForFunction(() => !Object.keys(localStorage).some((name) => name.startsWith('c360_q_')));
  return { waiting };
};

/** The tab is closed, or left, in the same moment in which something is clicked. */
export const closed = async ({ visitor, open, serve, snippet, delivered, counted }) => {
  serve('/', `${snippet()}<button onclick="c360.track('Clicked and closed')">buy</button>
    <a href="/elsewhere" onclick="c360.track('Clicked and left')">leave</a>`);
  serve('/elsewhere', 'nothing of ours here');
  const context = await visitor();
  const first = await open(context, '/');
  await delivered(first);
  await first.evaluate(() => {
    document.querySelector('button').click();
    document.querySelector('a').click();
  });
  await first.waitForURL('**/elsewhere');
  const second = await open(context, '/');
  await second.waitForFunction(() => window.c360?.version);
  await second.evaluate(() => document.querySelector('button').click());
  await second.close({ runBeforeUnload: true });
  for (const deadline = Date.now() + 20_000; Date.now() < deadline && (await counted('accepted')) < 3; ) {
    await new Promise((done) => setTimeout(done, 50));
  }
  return {};
};

/** No consent, after a time in which there was some. */
export const denied = async ({ visitor, open, serve, snippet, delivered, gateway }) => {
  serve('/denied', `${snippet({ consent: 'denied', cookieDomain: true, autocapture: true })}
    <script>c360.page(); c360.identify('u1', { email: 'lan@example.com' }); c360.track('Bought');</script><button>buy</button>`);
  serve('/granted', `${snippet({ autocapture: true })}<script>c360.page();</script><button>buy</button>`);
  serve('/unknown', `${snippet({ consent: 'unknown' })}<script>c360.page('Before consent');</script>`);
  const asked = [];
  const watch = (context) =>
    context.on('request', (request) => {
      if (request.url().startsWith(gateway) && !request.url().includes('/sdk/')) asked.push(request.url());
    });
  const seen = {};

  const stranger = await visitor();
  watch(stranger);
  const tab = await open(stranger, '/denied');
  await tab.waitForFunction(() => window.c360?.version);
  await tab.click('button');
  await tab.evaluate(() => c360.flush());
  await tab.evaluate(() => window.dispatchEvent(new Event('pagehide')));
  seen.denied = await stored(tab);
  seen.deniedCookies = await stranger.cookies();
  await tab.goto('about:blank');
  seen.askedWhenDenied = [...asked];

  const known = await visitor();
  watch(known);
  const other = await open(known, '/granted');
  await delivered(other);
  seen.granted = await stored(other);
  asked.length = 0;
  await other.evaluate(() => {
    c360.track('never sent');
    c360.consent('denied');
    c360.track('never sent');
  });
  seen.withdrawn = await stored(other);
  seen.withdrawnCookies = await known.cookies();
  await other.goto('about:blank');
  seen.askedWhenWithdrawn = [...asked];

  const undecided = await visitor();
  watch(undecided);
  asked.length = 0;
  const third = await open(undecided, '/unknown');
  await third.waitForFunction(() => window.c360?.version);
  seen.unknown = await stored(third);
  seen.askedWhenUnknown = [...asked];
  await third.evaluate(() => c360.consent('granted'));
  await delivered(third);
  return seen;
};

/** Two tabs of one visitor at the same time. */
export const tabs = async ({ visitor, open, serve, snippet, gateway }) => {
  serve('/', `${snippet()}<script>c360.page();</script>`);
  const context = await visitor();
  let sent = 0;
  context.on('request', (request) => {
    if (request.url() === `${gateway}/rpc/batch` && request.method() === 'POST') sent += JSON.parse(request.postData()).batch.length;
  });
  const both = [await open(context, '/'), await open(context, '/')];
  for (const tab of both) await tab.waitForFunction(() => window.c360?.version);
  await Promise.all(
    both.map((tab, number) =>
      tab.evaluate(async (from) => {
        for (let count = 0; count < 50; count += 1) {
          c360.track(`${from}:${count}`);
          if (count % 10 === 0) c360.flush();
          await new Promise((done) => setTimeout(done, 5));
        }
      }, number),
    ),
  );
  await both[0].waitForFunction(() => !Object.keys(localStorage).some((name) => name.startsWith('c360_q_')));
  const ids = await Promise.all(both.map((tab) => tab.evaluate(() => c360.ids().anonymousId)));
  return { sent, ids };
};

/** A page that allows no code of its own text. */
export const csp = async ({ visitor, open, serve, script, gateway, key, delivered }) => {
  serve('/', `<script src="${script}" data-write-key="${key}" data-autocapture></script><button>buy</button>`, {
    'Content-Security-Policy': `default-src 'none'; script-src ${gateway}; connect-src ${gateway}; require-trusted-types-for 'script'`,
  });
  const context = await visitor();
  const tab = await context.newPage();
  const violations = [];
  tab.on('console', (message) => {
    if (message.type() === 'error') violations.push(message.text());
  });
  await tab.goto(`${(await open(context, '/')).url()}`);
  await tab.click('button');
  await tab.waitForFunction(() => window.c360?.version);
  await delivered(tab);
  return { violations };
};

/** The core script, and the package in a worker of the same page. */
export const small = async ({ visitor, open, serve, serveScript, gateway, key, delivered }) => {
  serve('/', `<script src="${gateway}/sdk/c360.core.js" data-write-key="${key}"></script>`);
  serveScript('/sdk.mjs', readFileSync(new URL('../../dist/c360.mjs', import.meta.url), 'utf8'));
  serveScript('/worker.js', `
    import { create } from '/sdk.mjs';
    const c360 = create({ url: '${gateway}', writeKey: '${key}' });
    c360.track('In a worker', {}, { anonymousId: 'a1' });
    c360.flush().then(postMessage);
  `);
  const tab = await open(await visitor(), '/');
  await tab.evaluate(() => c360.track('By the core'));
  await delivered(tab);
  const flushed = await tab.evaluate(
    () =>
      new Promise((done) => {
        new Worker('/worker.js', { type: 'module' }).onmessage = ({ data }) => done(data);
      }),
  );
  return { flushed };
};

/** A page whose own code throws wherever it can, and that has broken what others rely on. */
export const throwing = async ({ visitor, open, serve, snippet, delivered }) => {
  serve('/', `<script>
      window.addEventListener('error', () => { throw new Error('in onerror'); }, { once: true });
      document.addEventListener('click', () => { throw new Error('in a click handler'); }, true);
      Array.prototype.extra = function () {};
    </script>
    ${snippet({ autocapture: true })}
    <script>
      c360.on('event', () => { throw new Error('in a listener'); });
      c360.on('sent', () => { throw new Error('in a listener'); });
      c360.ready(() => { throw new Error('in ready'); });
      c360.track('Callback', {}, {}, () => { throw new Error('in a callback'); });
      c360.page();
      undefined.something;
    </script>
    <button>buy</button>`);
  const tab = await open(await visitor(), '/');
  await tab.waitForFunction(() => window.c360?.version);
  await tab.click('button');
  await tab.evaluate(() => {
    try {
      history.pushState({}, '', 'https://elsewhere.example/');
    } catch {
      c360.track('The fault of the page came through');
    }
    history.pushState({}, '', '/second');
  });
  await tab.waitForFunction(() => document.readyState === 'complete');
  await delivered(tab);
  return {};
};

/** No byte is left for us, nor for the cookie. */
export const full = async ({ visitor, open, serve, snippet }) => {
  serve('/', `<script>
      for (let size = 1 << 22; size >= 1; size >>= 1) {
        for (let number = 0; ; number += 1) {
          try { localStorage.setItem('filler' + size + '_' + number, 'x'.repeat(size)); } catch { break; }
        }
      }
    </script>
    ${snippet()}<script>c360.page(); for (let number = 1; number <= 25; number += 1) c360.track('full ' + number);</script>`);
  const tab = await open(await visitor(), '/');
  await tab.waitForFunction(() => window.c360?.version);
  const isFull = await tab.evaluate(() => {
    try {
      localStorage.setItem('more', 'x'.repeat(100));
      return false;
    } catch {
      return true;
    }
  });
  await tab.evaluate(() => c360.flush());
  return { isFull };
};

/** The device believes that it is three years later, then three years earlier. */
export const clock = async ({ visitor, open, serve, snippet, delivered }) => {
  serve('/', `${snippet()}<script>c360.page();</script>`);
  for (const years of [3, -3]) {
    const context = await visitor();
    await context.addInitScript((shift) => {
      const Real = Date;
      window.Date = class extends Real {
        constructor(...given) {
          super(...(given.length ? given : [Real.now() + shift]));
        }
        static now() {
          return Real.now() + shift;
        }
      };
    }, years * 365 * 86_400_000);
    const tab = await open(context, '/');
    await delivered(tab);
    await tab.evaluate(() => c360.track('later'));
    await delivered(tab);
  }
  return {};
};

/** The example of the project, as somebody plays with it. */
export const shop = async ({ visitor, open, serve, delivered, gateway, key }) => {
  serve('/shop.html', readFileSync(new URL('../../examples/shop.html', import.meta.url), 'utf8'));
  const tab = await open(await visitor(), `/shop.html?gateway=${encodeURIComponent(gateway)}&key=${key}`);
  await tab.waitForFunction(() => window.c360?.version);
  await tab.click('[data-product="shoes"]');
  const before = await tab.innerText('#state');
  await tab.click('[data-consent=granted]');
  await tab.fill('#email', 'Lan@example.com');
  await tab.click('#sign-in button');
  await tab.click('#pay');
  await delivered(tab);
  await tab.waitForFunction(() => document.querySelectorAll('#log .sent').length === 4);
  const { C360_PICTURE: path } = process.env;
  if (path) await tab.screenshot({ path, fullPage: true });
  return { before, after: await tab.innerText('#state'), next: await tab.innerText('#next') };
};
