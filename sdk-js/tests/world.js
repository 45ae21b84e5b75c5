/** A small browser for unit tests: storage, cookies, network, clock, all of them to be broken at will. */
import { create } from '../src/client.js';
import * as extras from '../src/extras.js';
import { SETTLING } from '../src/outbox.js';

export const KEY = 'c360_wk_0123456789';
export const URL_ = 'https://gateway.example/';

/** localStorage for as many tabs as are given it. */
export class Storage {
  values = new Map();
  isFull = false;
  isForbidden = false;
  get length() {
    if (this.isForbidden) throw new Error('SecurityError');
    return this.values.size;
  }
  key(index) {
    return [...this.values.keys()][index] ?? null;
  }
  getItem(key) {
    if (this.isForbidden) throw new Error('SecurityError');
    return this.values.get(key) ?? null;
  }
  setItem(key, value) {
    if (this.isFull || this.isForbidden) throw new Error('QuotaExceededError');
    this.values.set(key, value);
  }
  removeItem(key) {
    if (this.isForbidden) throw new Error('SecurityError');
    this.values.delete(key);
  }
}

/** document.cookie of a browser that knows public suffixes. */
export class Jar {
  values = new Map();
  attributes = new Map();
  writes = 0;
  isForbidden = false;
  constructor(host = 'shop.example') {
    this.host = host;
  }
  read() {
    if (this.isForbidden) throw new Error('SecurityError');
    return [...this.values].map(([name, value]) => `${name.split('@')[0]}=${value}`).join('; ');
  }
  write(text) {
    this.writes += 1;
    const [pair, ...rest] = text.split('; ');
    const domain = /domain=([^;]+)/.exec(text)?.[1];
    if (domain && (['vn', 'com.vn', 'example'].includes(domain) || !`.${this.host}`.endsWith(`.${domain}`))) return;
    const [name, ...value] = pair.split('=');
    const key = `${name}@${domain ?? ''}`;
    if (text.includes('max-age=0')) this.values.delete(key);
    else this.values.set(key, value.join('='));
    this.attributes.set(name, rest.join('; '));
  }
}

/** Web Locks over all tabs that are given them. */
export class Locks {
  held = new Set();
  async request(name, { ifAvailable }, work) {
    if (ifAvailable && this.held.has(name)) return work(null);
    this.held.add(name);
    try {
      return await work({ name });
    } finally {
      this.held.delete(name);
    }
  }
}

const target = (more) => Object.assign(new EventTarget(), more);

/** Everything a client can be given; `answer` decides about each request. */
export const makeWorld = (given = {}) => {
  const world = {
    storage: new Storage(),
    jar: new Jar(given.host),
    locks: new Locks(),
    /** @type {{url: string, init: any, body: any}[]} */
    requests: [],
    beacons: [],
    takesBeacons: true,
    serverAhead: 0,
    answer: ({ body }) => ({ status: 200, body: { success: true, accepted: body.batch.length, duplicates: 0, rejected: [] } }),
    ...given,
  };
  world.sent = () => world.requests.filter((one) => one.isFine).flatMap(({ body }) => body.batch);
  world.fetch = async (url, init) => {
    const request = { url, init, body: JSON.parse(init.body) };
    world.requests.push(request);
    const stopped = new Promise((_, reject) => init.signal.addEventListener('abort', () => reject(init.signal.reason)));
    const said = await Promise.race([world.answer(request), stopped]);
    if (!said) throw new TypeError('Failed to fetch');
    const headers = new Headers({ date: new Date(Date.now() + world.serverAhead).toUTCString(), ...said.headers });
    if (said.headers?.date === '') headers.delete('date');
    request.isFine = said.body?.accepted >= 0 || said.status === 204;
    return { status: said.status, headers, json: async () => (typeof said.body === 'string' ? JSON.parse(said.body) : said.body) };
  };
  world.tab = (href = 'https://shop.example/shoes?color=red#top', more = {}) => {
    const { hash, host, hostname, pathname, protocol, search, origin } = new URL(href);
    const location = { href, hash, host, hostname, pathname, protocol, search, origin };
    const document = target({ title: 'Shoes', referrer: 'https://search.example/', visibilityState: 'visible' });
    Object.defineProperty(document, 'cookie', { get: () => world.jar.read(), set: (text) => world.jar.write(text) });
    const window = target({ screen: { width: 800, height: 600 }, location, document });
    const navigator = {
      userAgent: 'Mozilla/5.0 Test',
      language: 'vi-VN',
      locks: world.locks ?? undefined,
      sendBeacon: (url, body) => {
        if (world.takesBeacons) world.beacons.push({ url, body: JSON.parse(body) });
        return world.takesBeacons;
      },
      ...more.navigator,
    };
    const hide = () => {
      document.visibilityState = 'hidden';
      document.dispatchEvent(new Event('visibilitychange'));
    };
    const show = () => {
      document.visibilityState = 'visible';
      document.dispatchEvent(new Event('visibilitychange'));
    };
    return {
      window, document, location, navigator, hide, show,
      go: (to) => Object.assign(location, { href: to, pathname: new URL(to).pathname, search: new URL(to).search }),
      leave: () => window.dispatchEvent(new Event('pagehide')),
      surroundings: {
        window, document, location, navigator, storage: world.storage, fetch: world.fetch, random: () => 1, ...more.surroundings,
      },
    };
  };
  /** A client in a tab of its own. */
  world.open = (options = {}, tab = world.tab(), parts = extras) => {
    const client = create({ writeKey: KEY, url: URL_, surroundings: tab.surroundings, ...options }, parts);
    const told = [];
    for (const name of ['event', 'sent', 'rejected', 'dropped', 'error', 'consent', 'reset']) {
      client.on(name, (detail) => told.push([name, detail]));
    }
    client.told = (name) => told.filter(([one]) => one === name).map(([, detail]) => detail);
    client.tab = tab;
    return client;
  };
  return world;
};

/** Lets promises go on that wait for nothing but each other. */
export const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
};

const RealDate = Date;
let clock = 0;
let numbers = 0;
/** @type {Map<number, {at: number, work: () => void}>} */
const timers = new Map();

class HeldDate extends RealDate {
  constructor(...given) {
    super(...(given.length ? given : [clock]));
  }
  static now() {
    return clock;
  }
}

/** Timers and Date in the hands of the test; timers of before never fire. */
export const holdTime = (now = RealDate.parse('2026-05-04T10:00:00Z')) => {
  clock = now;
  timers.clear();
  globalThis.Date = HeldDate;
  globalThis.setTimeout = (work, wait = 0) => {
    // What a sender waits for other tabs passes by itself: tests are about what comes after it.
    if (wait === SETTLING) return void setImmediate(work);
    timers.set((numbers += 1), { at: clock + wait, work });
    return numbers;
  };
  globalThis.clearTimeout = (number) => timers.delete(number);
};

const elapse = (milliseconds) => {
  const end = clock + milliseconds;
  for (;;) {
    const [next] = [...timers].filter(([, { at }]) => at <= end).sort(([, one], [, two]) => one.at - two.at);
    if (!next) break;
    const [number, { at, work }] = next;
    timers.delete(number);
    clock = Math.max(clock, at);
    work();
  }
  clock = end;
};

/** Lets so much time pass, in steps, as promises need their turns between. */
export const pass = async (milliseconds, steps = 10) => {
  await settle();
  for (let step = 0; step < steps; step += 1) {
    elapse(Math.ceil(milliseconds / steps));
    await settle();
  }
};
