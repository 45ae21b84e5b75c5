var __defProp = Object.defineProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};

// src/common.js
var VERSION = "0.1.0";
var METHODS = "identify track page screen group alias reset flush ready on off use consent ids".split(" ");
var MOST_BYTES = 32600;
var attempt = (work) => {
  try {
    return work();
  } catch {
  }
};
var isObject = (value) => !!value && typeof value === "object" && !Array.isArray(value);
var textOf = (value) => typeof value === "string" || typeof value === "number" ? `${value}` : "";
var uuid = () => {
  const random = new Uint8Array(36).map(() => Math.random() * 256);
  attempt(() => crypto.getRandomValues(random));
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(
    /[xy]/g,
    (letter, index) => (letter === "x" ? random[index] & 15 : random[index] & 3 | 8).toString(16)
  );
};
var bytes = (text) => {
  let count = text.length;
  for (const letter of text.replace(/[\0-\x7f]+/g, "")) count += letter < "\u0800" ? 1 : 2;
  return count;
};
var json = (value) => JSON.stringify(value, (_, member) => typeof member === "bigint" ? `${member}` : member).replace(
  /\\(\\|u0000|ud[89a-f]..)/g,
  (found, escaped) => escaped === "\\" ? found : "\uFFFD"
);
var weighed = (message) => {
  const text = attempt(() => json(message));
  return { text, fault: !text ? "not JSON" : bytes(text) > MOST_BYTES ? "too large" : "" };
};

// src/autocapture.js
var CLICKABLE = "a[href],button,summary,[role=button],[role=link],[role=tab],input[type=submit],input[type=button],[data-c360-event]";
var FIELDS = "input,textarea,select,[contenteditable]:not([contenteditable=false])";
var MOST_TEXT = 100;
var autocapture = (c360, wanted, surroundings = globalThis) => {
  const { document, history, location } = surroundings;
  if (!wanted || !document) return;
  const parts = wanted === true ? { clicks: true, forms: true, pages: true } : wanted;
  const listen = (name, work) => document.addEventListener(name, (event) => attempt(() => work(event)), true);
  if (parts.clicks) {
    listen("click", (event) => {
      const element = targetOf(event)?.closest?.(CLICKABLE);
      if (!element || isHidden(element)) return;
      const name = element.getAttribute("data-c360-event") || "Element Clicked";
      const text = element.closest(FIELDS) || element.querySelector(FIELDS) ? "" : shortened(element.textContent);
      c360.track(name, { ...described(element), ...text && { text }, ...addressed(element, "href", location) });
    });
  }
  if (parts.forms) {
    listen("submit", (event) => {
      const form = targetOf(event);
      if (!form?.getAttribute || isHidden(form)) return;
      const name = form.getAttribute("data-c360-event") || "Form Submitted";
      c360.track(name, { ...described(form), ...addressed(form, "action", location) });
    });
  }
  if (parts.pages) {
    let last = location.pathname + location.search;
    const look = () => (
      // The app sets its title after it has changed the address.
      setTimeout(() => {
        const now = location.pathname + location.search;
        if (now === last) return;
        last = now;
        c360.page();
      })
    );
    for (const name of ["pushState", "replaceState"]) {
      const original = history[name];
      history[name] = function(...given) {
        const answer = original.apply(this, given);
        look();
        return answer;
      };
    }
    surroundings.addEventListener("popstate", look);
  }
};
var targetOf = (event) => {
  const first = event.composedPath?.()[0] ?? event.target;
  return first?.closest ? first : first?.parentElement;
};
var isHidden = (element) => !!element.closest("[data-c360-ignore]");
var shortened = (text) => `${text ?? ""}`.replace(/\s+/g, " ").trim().slice(0, MOST_TEXT);
var described = (element) => {
  const said = { tag: element.tagName.toLowerCase() };
  for (const name of ["id", "name", "class", "role", "aria-label"]) {
    const value = shortened(element.getAttribute(name));
    if (value) said[name] = value;
  }
  return said;
};
var addressed = (element, attribute, location) => {
  const href = element.getAttribute(attribute);
  const url = href && attempt(() => new URL(href, location.href));
  return /^https?:$/.test(url?.protocol) ? { [attribute]: url.origin + url.pathname } : {};
};

// src/context.js
var CAMPAIGN = "campaign source medium term content id".split(" ");
var CLICK_IDS = "gclid gbraid wbraid dclid fbclid msclkid ttclid twclid li_fat_id yclid ScCid epik zclid".split(" ");
var landingOf = (search) => attempt(() => {
  const query = new URLSearchParams(search);
  const found = (names, start = "") => {
    let values;
    for (const name of names) {
      const value = query.get(start + name);
      if (value) (values ??= {})[name === "campaign" ? "name" : name] = value.slice(0, 500);
    }
    return values;
  };
  const said = { campaign: found(CAMPAIGN, "utm_"), clickIds: found(CLICK_IDS) };
  return said.campaign || said.clickIds ? said : void 0;
});
var pageOf = (href, title, referrer) => attempt(() => {
  const { pathname: path, search } = new URL(href);
  return { path, referrer, search, title, url: href.split("#")[0] };
});
var deviceOf = (navigator, screen) => ({
  userAgent: navigator?.userAgent,
  locale: navigator?.language,
  timezone: attempt(() => Intl.DateTimeFormat().resolvedOptions().timeZone),
  screen: screen && { width: screen.width, height: screen.height }
});

// src/cookies.js
var YEAR = 31536e3;
var MOST = 3500;
var SHARED = "_shared";
var makeCookies = (document, location, wanted, shared2) => {
  let isOpen = false;
  let domain = wanted === true ? void 0 : wanted;
  const wider = wanted === true ? shared2?.(document, location) : void 0;
  const write = (pair, seconds, where) => attempt(() => {
    const rest = (where ? `; domain=${where}` : "") + (location.protocol === "https:" ? "; secure" : "");
    document.cookie = `${pair}; path=/; max-age=${seconds}; samesite=lax${rest}`;
  });
  const named = (name) => domain ? name + SHARED : name;
  const cookies = {
    /** @param {boolean} mayUse */
    open(mayUse) {
      isOpen = mayUse;
      if (isOpen) domain ??= wider?.find();
    },
    /** @param {string} name @returns {string | undefined} */
    get: (name) => isOpen ? attempt(() => decodeURIComponent(`; ${document.cookie}`.split(`; ${named(name)}=`)[1].split(";")[0])) : void 0,
    /** @param {string} name @param {string} value */
    set(name, value) {
      const text = encodeURIComponent(value);
      if (text.length > MOST) cookies.remove(name);
      else if (isOpen) write(`${named(name)}=${text}`, YEAR, domain);
    },
    /** Removes it from every domain it may have been written to. @param {string} name */
    remove(name) {
      write(`${name}=`, 0);
      for (const where of [domain, ...wider?.all ?? []]) write(`${name}${SHARED}=`, 0, where);
    }
  };
  return cookies;
};

// src/emitter.js
var makeEmitter = () => {
  let listeners = [];
  return {
    /** @param {string} name @param {Function} listener */
    on(name, listener) {
      listeners.push([name, listener]);
    },
    /** @param {string} name @param {Function} [listener] all of that name when left out */
    off(name, listener) {
      listeners = listeners.filter((one) => one[0] !== name || listener && one[1] !== listener);
    },
    /** @param {string} name @param {any} [detail] */
    emit(name, detail) {
      for (const [wanted, listener] of [...listeners]) if (wanted === name) attempt(() => listener(detail));
    }
  };
};

// src/identity.js
var NAME = "c360_id";
var makeIdentity = (vault, cookies, newId) => {
  const stored = () => parsed(cookies.get(NAME)) ?? parsed(vault.get(NAME));
  const identity = {
    /** The visitor's ids; an anonymous one is made at the first call. @returns {Ids} */
    get: () => identity.set(stored() ?? { anonymousId: newId() }),
    /** A cookie that expired, or a storage that was cleared, gets it back from the other one.
     * @param {Ids} ids @returns {Ids} */
    set(ids) {
      const text = JSON.stringify(ids);
      for (const place of [vault, cookies]) if (place.get(NAME) !== text) place.set(NAME, text);
      return ids;
    },
    /** Takes a user id. Another user on the same device gets another anonymous id, or the two would become one person.
     * @param {string} userId @returns {boolean} whether somebody else was here before */
    know(userId) {
      const ids = identity.get();
      const isOther = !!ids.userId && ids.userId !== userId;
      identity.set(isOther ? { anonymousId: newId(), userId } : { ...ids, userId });
      return isOther;
    },
    /** The visitor may be remembered from now on: who was here before is found again, unless it was somebody else.
     * @param {Ids} guest who the visitor was meanwhile @returns {Ids} */
    admit(guest) {
      vault.forget(NAME);
      const before = stored();
      const isOther = guest.userId && before?.userId && guest.userId !== before.userId;
      return identity.set(before && !isOther ? { ...before, ...guest, anonymousId: before.anonymousId } : guest);
    },
    /** A new visitor. */
    reset: () => identity.set({ anonymousId: newId() }),
    /** Leaves nothing behind. */
    wipe() {
      vault.wipe(NAME);
      cookies.remove(NAME);
    }
  };
  return identity;
};
var parsed = (text) => {
  const ids = attempt(() => JSON.parse(
    /** @type {string} */
    text
  ));
  return ids && ids.anonymousId && typeof ids.anonymousId === "string" ? ids : void 0;
};

// src/lock.js
var BUSY = "busy";
var makeLock = (locks, name, otherwise = (work) => work()) => {
  let isRefused = !locks;
  return async (work) => {
    if (!isRefused) {
      try {
        let answer = BUSY;
        await locks.request(name, { ifAvailable: true }, async (held) => {
          if (held) answer = await work();
        });
        return answer;
      } catch {
        isRefused = true;
      }
    }
    return otherwise(work);
  };
};

// src/outbox.js
var MOST_BYTES2 = 4e5;
var MOST_EVENTS = 100;
var MOST_PARTING_BYTES = 6e4;
var FIRST_WAIT = 1e3;
var LONGEST_WAIT = 3e5;
var LONGEST_RETRY_AFTER = 36e5;
var CLOCK_NOISE = 2e3;
var SETTLING = 50;
var makeOutbox = ({ flushAt = 20, flushInterval = 1e3, maxQueue = 1e3 }, { vault, transport, lock, emit, now, random = Math.random, prefix, tab }) => {
  let timer;
  let flushing;
  let offset;
  let last = 0;
  let count = 0;
  let fresh = 0;
  let failures = 0;
  let notBefore = 0;
  let most = MOST_EVENTS;
  let isRefused = false;
  let isOn = false;
  const mine = /* @__PURE__ */ new Set();
  let current = /* @__PURE__ */ new Set();
  const away = /* @__PURE__ */ new Map();
  const keys = () => vault.keys(prefix);
  const waiting = () => keys().filter((key) => !away.has(key));
  const rest = () => {
    clearTimeout(timer);
    timer = void 0;
  };
  const schedule = (wait) => {
    rest();
    timer = setTimeout(() => {
      timer = void 0;
      flush();
    }, wait);
  };
  const forget = (batch) => {
    for (const { key } of batch) {
      vault.remove(key);
      mine.delete(key);
      away.delete(key);
      count -= 1;
    }
  };
  const drop = (batch, reason) => {
    forget(batch);
    emit("dropped", { reason, count: batch.length, messages: batch.map(({ text }) => attempt(() => JSON.parse(text))) });
  };
  const read = (names, mostEvents, mostBytes) => {
    const batch = [];
    let size = 0;
    for (const key of names.slice(0, mostEvents)) {
      const [, at, ahead, message] = vault.get(key)?.match(/^(\d+),(-?\d*)\|\{(.*)$/s) ?? [];
      const when = attempt(() => new Date(Number(at) + Number(ahead || offset || 0)).toISOString());
      const text = `{"originalTimestamp":"${when}",${message}`;
      size += bytes(text) + 1;
      if (!when) forget([{ key }]);
      else if (size > mostBytes && batch.length) break;
      else batch.push({ key, text });
    }
    return batch;
  };
  const bodyOf = (batch) => {
    const sentAt = new Date(now() + (offset ?? 0)).toISOString();
    return `{"sentAt":"${sentAt}","batch":[${batch.map(({ text }) => text).join(",")}]}`;
  };
  const settle = (batch, { status, retryAfter = 0, date = NaN, outcome }) => {
    const ahead = date - now();
    if (Math.abs(ahead - (offset ?? 0)) > CLOCK_NOISE) offset = ahead;
    else if (ahead) offset ??= 0;
    if (status >= 200 && status < 300) {
      forget(batch);
      failures = notBefore = 0;
      most = MOST_EVENTS;
      isRefused = false;
      emit("sent", { count: batch.length, accepted: outcome?.accepted, duplicates: outcome?.duplicates });
      for (const rejected of outcome?.rejected ?? []) emit("rejected", rejected);
      return "delivered";
    }
    if (status === 401 || status === 403) {
      isRefused = true;
      emit("error", new Error(`status ${status}`));
      return "kept";
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      most = Math.ceil(batch.length / 2);
      if (batch.length === 1) {
        drop(batch, `status ${status}`);
        most = MOST_EVENTS;
      }
      return "delivered";
    }
    const asked = Math.min(LONGEST_RETRY_AFTER, retryAfter);
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** failures) * (0.5 + random() / 2);
    failures += 1;
    notBefore = asked && now() + asked;
    schedule(Math.max(wait, asked));
    return "kept";
  };
  const sendOne = async () => {
    const batch = read(waiting(), most, MOST_BYTES2);
    if (!batch.length) return "empty";
    current = new Set(batch.map(({ key }) => key));
    const answer = await transport.send(bodyOf(batch));
    current.clear();
    const outcome = isOn ? settle(batch, answer) : "kept";
    if (outcome === "delivered") await new Promise((resolve) => setTimeout(resolve, SETTLING));
    return outcome;
  };
  const drain = async () => {
    rest();
    fresh = 0;
    let outcome = "empty";
    while (isOn) {
      const pause = notBefore - now();
      if (pause > 0 && pause <= LONGEST_RETRY_AFTER) {
        schedule(pause);
        break;
      }
      if (!waiting().length) return outcome;
      const step = await lock(sendOne);
      if (step === BUSY) schedule(flushInterval);
      if (step === BUSY || step === "kept") break;
      if (step === "delivered") outcome = step;
    }
    return "kept";
  };
  const flush = () => {
    flushing ??= drain().catch(() => {
      schedule(LONGEST_WAIT);
      return (
        /** @type {Flushed} */
        "kept"
      );
    }).finally(() => flushing = void 0);
    return flushing;
  };
  const outbox = {
    flush,
    /** Leaves no timer behind. */
    rest,
    /** Begins to send; also what earlier pages left. */
    start() {
      isOn = true;
      isRefused = false;
      failures = 0;
      const names = keys();
      count = names.length;
      if (count) {
        last = parseInt(names[count - 1].slice(prefix.length), 36) || 0;
        schedule(0);
      }
    },
    /** Sends nothing until it starts again. */
    pause() {
      isOn = false;
      rest();
      transport.abort();
    },
    /** Forgets everything. @returns {number} how many messages that were */
    stop() {
      outbox.pause();
      count = 0;
      mine.clear();
      return vault.wipe(prefix);
    },
    /** @param {number} at when it happened by this device @param {string} message an object in JSON */
    add(at, message) {
      last = Math.max(now(), last + 1);
      const key = `${prefix}${last.toString(36).padStart(9, "0")}_${tab}`;
      vault.set(key, `${at},${offset ?? ""}|${message}`);
      mine.add(key);
      count += 1;
      fresh += 1;
      if (count > maxQueue) {
        const idle = waiting().filter((name) => !current.has(name));
        count = idle.length;
        const batch = read(idle, Math.max(0, count - maxQueue), Infinity);
        if (batch.length) drop(batch, "queue full");
      }
      if (failures || isRefused) return;
      if (fresh >= flushAt) schedule(0);
      else if (!timer) schedule(flushInterval);
    },
    /** The page is hidden, or it goes (`isLast`): sends what this page added and has no answer for.
     * @param {boolean} isLast */
    leave(isLast) {
      if (!isOn || isRefused) return;
      const names = [...mine].filter((key) => !away.has(key) && (isLast || !current.has(key)));
      const batch = read(names, MOST_EVENTS, MOST_PARTING_BYTES);
      if (!batch.length) return;
      const reply = transport.part(bodyOf(batch), isLast);
      if (reply) for (const { key } of batch) away.set(key, reply === true);
      if (typeof reply === "boolean") return;
      reply.then((answer) => {
        for (const { key } of batch) away.delete(key);
        if (isOn) settle(batch, answer);
      });
    },
    /** The page is back, or the network is: does not wait for its time. */
    resume() {
      for (const [key, isUnanswered] of away) if (isUnanswered) away.delete(key);
      if (isOn && !isRefused && waiting().length) schedule(0);
    }
  };
  return outbox;
};

// src/session.js
var NAME2 = "c360_session";
var makeSession = (vault, newId, idle, endsAtMidnight) => ({
  /** The session of a call made now. What a campaign's address said (`landing`) holds until it ends.
   * @param {number} now @param {object | undefined} landing @returns {Visit} */
  touch(now, landing) {
    const before = attempt(() => JSON.parse(
      /** @type {string} */
      vault.get(NAME2)
    ));
    const day = (time) => endsAtMidnight && new Date(time).toDateString();
    const goesOn = !!before?.id && Math.abs(now - before.last) <= idle && day(before.last) === day(now);
    const visit = { ...goesOn ? before : { id: newId() }, last: now, ...landing && { landing } };
    vault.set(NAME2, JSON.stringify(visit));
    return { ...visit, isNew: !goesOn };
  },
  end: () => vault.remove(NAME2)
});

// src/transport.js
var makeTransport = ({ url, writeKey, timeout = 3e4 }, fetch2, navigator) => {
  const address = `${url.replace(/\/+$/, "")}/rpc/batch`;
  const open = /* @__PURE__ */ new Set();
  const ask = async (body, headers, keepalive) => {
    const request = new AbortController();
    const timer = setTimeout(() => request.abort(), timeout);
    open.add(request);
    try {
      const answer = await fetch2(address, {
        method: "POST",
        body,
        headers,
        keepalive,
        credentials: "omit",
        signal: request.signal
      });
      const { status } = answer;
      const outcome = status === 200 ? await answer.json() : void 0;
      if (status === 200 && !(outcome?.accepted >= 0)) return { status: 0 };
      const date = Date.parse(`${answer.headers.get("date")}`);
      return { status, date, outcome, retryAfter: waitOf(answer.headers.get("retry-after"), date) };
    } catch {
      return { status: 0 };
    } finally {
      clearTimeout(timer);
      open.delete(request);
    }
  };
  return {
    /** @param {string} body @returns {Promise<Reply>} */
    send: (body) => ask(body, { "Content-Type": "application/json", Authorization: `Bearer ${writeKey}` }, false),
    /** Sends while the page goes away: without a preflight, so key and type are not in headers. Of a beacon nobody
     * hears the answer. @param {string} body @param {boolean} isLast @returns {Promise<Reply> | boolean} */
    part(body, isLast) {
      const withKey = `{"writeKey":${JSON.stringify(writeKey)},${body.slice(1)}`;
      const beacon = () => !!attempt(() => navigator.sendBeacon(address, withKey));
      if (isLast && beacon()) return true;
      return attempt(() => "keepalive" in Request.prototype) ? ask(withKey, { "Content-Type": "text/plain" }, true) : beacon();
    },
    /** Ends what is under way. */
    abort: () => open.forEach((request) => request.abort())
  };
};
var waitOf = (text, date) => {
  const wait = Number(text) ? Number(text) * 1e3 : Date.parse(`${text}`) - date;
  return wait > 0 ? wait : 0;
};

// src/vault.js
var makeVault = (device) => {
  const memory = /* @__PURE__ */ new Map();
  let isOpen = false;
  const on = (work) => isOpen && device ? attempt(() => work(device)) : void 0;
  const vault = {
    /** @param {boolean} mayUse */
    open(mayUse) {
      isOpen = mayUse;
    },
    /** What is in memory is there because the device was full: it is newer.
     * @param {string} key @returns {string | null} */
    get: (key) => memory.get(key) ?? on((device2) => device2.getItem(key)) ?? null,
    /** @param {string} key @param {string} value */
    set(key, value) {
      vault.remove(key);
      const isKept = on((device2) => {
        device2.setItem(key, value);
        return true;
      });
      if (!isKept) memory.set(key, value);
    },
    /** @param {string} key */
    remove(key) {
      memory.delete(key);
      on((device2) => device2.removeItem(key));
    },
    /** Keys that begin so, in order. @param {string} prefix @returns {string[]} */
    keys(prefix) {
      const names = [...memory.keys()];
      on((device2) => {
        for (let index = device2.length; index; ) names.push(`${device2.key(index -= 1)}`);
      });
      return names.filter((key) => key.startsWith(prefix)).sort();
    },
    /** Forgets what is in memory only. @param {string} key */
    forget: (key) => memory.delete(key),
    /** Forgets all keys that begin so, also on a device that may not be used any more.
     * @param {string} prefix @returns {number} how many there were */
    wipe(prefix) {
      const wasOpen = isOpen;
      isOpen = true;
      const keys = vault.keys(prefix);
      keys.forEach(vault.remove);
      isOpen = wasOpen;
      return keys.length;
    }
  };
  return vault;
};

// src/client.js
var HALF_AN_HOUR = 18e5;
var CALLS = METHODS.slice(0, 6);
var create = (options, extras = {}) => {
  const { writeKey, url, cookieDomain, maxQueue = 1e3 } = options;
  if (!writeKey || !url) throw new TypeError("c360 needs writeKey and url");
  const page = globalThis.document && globalThis;
  const around = {
    window: page,
    document: page?.document,
    location: page?.location,
    navigator: globalThis.navigator,
    storage: attempt(() => page?.localStorage),
    fetch: (...given) => fetch(...given),
    now: () => Date.now(),
    ...options.surroundings
  };
  const { window, document, location, navigator, now } = around;
  const { on, off, emit } = makeEmitter();
  const vault = makeVault(options.storage ?? around.storage);
  const cookies = makeCookies(document, location, cookieDomain, extras.shared);
  const identity = makeIdentity(vault, cookies, uuid);
  const session = makeSession(vault, uuid, options.sessionTimeout ?? HALF_AN_HOUR, options.sessionEndsAtMidnight);
  const prefix = `c360_q_${writeKey.slice(-8)}_`;
  const tab = uuid().slice(0, 8);
  const lockName = `c360_lock_${prefix}`;
  const outbox = makeOutbox(options, {
    ...around,
    vault,
    transport: makeTransport(options, around.fetch, navigator),
    lock: makeLock(document && navigator?.locks, lockName, extras.lease?.(vault, lockName, tab, now)),
    emit,
    prefix,
    tab
  });
  const plugins = [...options.plugins ?? []];
  const robot = options.dropBots && extras.isRobot?.(navigator);
  let state = "unknown";
  let categories;
  const held = [];
  let dropped = 0;
  let landing = landingOf(location?.search);
  let address = location?.href;
  let referrer = document?.referrer;
  let past;
  const drop = (reason, message, count = 1) => emit("dropped", { reason, count, messages: [message] });
  const pageNow = () => location && pageOf(past?.href ?? location.href, document?.title, referrer);
  const send = (message, at) => {
    for (const plugin of plugins) {
      try {
        const answer = plugin(message);
        if (answer === null) return;
        message = answer ?? message;
      } catch (error) {
        emit("error", error);
        return drop("plugin", message);
      }
    }
    const { text, fault } = weighed(message);
    if (fault) return drop(fault, message);
    outbox.add(at, text);
    emit("event", message);
  };
  const hold = (message, at) => {
    const copy = attempt(() => JSON.parse(json(message)));
    if (!copy) return drop("not JSON", message);
    if (held.push({ message: copy, at }) > maxQueue) drop("queue full", held.shift()?.message);
  };
  const record = (type, fields, given) => {
    const time = past?.at ?? now();
    const { context, timestamp, integrations, messageId, anonymousId, userId } = given ?? {};
    const ids = identity.get();
    const visit = session.touch(time, landing);
    landing = void 0;
    const message = {
      type,
      messageId: messageId || uuid(),
      anonymousId: textOf(anonymousId) || ids.anonymousId,
      userId: textOf(userId) || ids.userId,
      ...fields,
      context: merged(
        {
          library: { name: "@c360/sdk", version: VERSION, dropped: dropped || void 0 },
          ...deviceOf(navigator, window?.screen),
          page: pageNow(),
          ...visit.landing,
          sessionId: visit.id,
          sessionStart: visit.isNew || void 0,
          groupId: ids.groupId,
          consent: categories
        },
        options.context,
        context
      ),
      integrations
    };
    const when = new Date(timestamp ?? time).getTime();
    (state === "granted" ? send : hold)(message, when >= 0 ? when : time);
  };
  const isTaken = (type, missing) => {
    const reason = missing ? `no ${missing}` : state !== "denied" ? "" : robot ? "robot" : "consent";
    if (reason) drop(reason, { type });
    return !reason;
  };
  const view = (type, given) => {
    if (!isTaken(type)) return;
    const names = given.filter((one) => typeof one === "string" && one);
    const [properties, own] = given.filter(isObject);
    const [name, category] = [names.pop(), names.pop()];
    const href = past?.href ?? location?.href;
    if (address !== href) [referrer, address] = [address, href];
    const said = { name, category };
    record(type, { ...said, properties: { ...type === "page" && pageNow(), ...said, ...properties } }, own);
  };
  const decide = (decision) => {
    if (decision === state) return;
    const guest = state === "unknown" && identity.get();
    state = decision;
    vault.open(state === "granted");
    cookies.open(state === "granted");
    if (state === "granted") {
      const { anonymousId } = guest ? identity.admit(guest) : identity.get();
      outbox.start();
      if (held[0]) session.touch(now(), void 0);
      for (const { message, at } of held.splice(0)) {
        if (guest && message.anonymousId === guest.anonymousId) message.anonymousId = anonymousId;
        send(message, at);
      }
    } else if (state === "denied") {
      const count = held.splice(0).length + outbox.stop();
      identity.wipe();
      vault.wipe("c360_");
      if (count) drop("consent", {}, count);
    } else {
      outbox.pause();
    }
    emit("consent", state);
  };
  const calls = {
    identify(userId, traits, own) {
      if (isObject(userId)) [userId, traits, own] = ["", userId, traits];
      if (!isTaken("identify")) return;
      const id = textOf(userId);
      if (id && identity.know(id)) session.end();
      record("identify", { traits: traits ?? {} }, own);
    },
    track(event, properties, own) {
      event = textOf(event);
      if (isTaken("track", event ? "" : "event")) record("track", { event, properties: properties ?? {} }, own);
    },
    page: (...given) => view("page", given),
    screen: (...given) => view("screen", given),
    group(groupId, traits, own) {
      groupId = textOf(groupId);
      if (!isTaken("group", groupId ? "" : "groupId")) return;
      identity.set({ ...identity.get(), groupId });
      record("group", { groupId, traits: traits ?? {} }, own);
    },
    alias(userId, previousId, own) {
      userId = textOf(userId);
      if (!isTaken("alias", userId ? "" : "userId")) return;
      const ids = identity.get();
      record("alias", { userId, previousId: textOf(previousId) || ids.userId || ids.anonymousId }, own);
    },
    reset() {
      if (state === "denied") return;
      identity.reset();
      session.end();
      emit("reset");
    },
    flush: async () => state === "granted" ? outbox.flush() : "kept",
    ready: async (callback) => void attempt(() => callback?.()),
    on,
    off,
    use: (plugin) => void plugins.push(plugin),
    ids: () => state === "denied" ? {} : identity.get(),
    consent(decision, details) {
      const before = state;
      if (decision) {
        const preferences = details?.categoryPreferences;
        categories = preferences && { categoryPreferences: preferences };
        decide(robot ? "denied" : decision);
        if (before === "granted" && state === "denied") channel?.postMessage("denied");
      }
      return state;
    }
  };
  const call = (name, given, then) => {
    const callback = CALLS.includes(name) && typeof given[given.length - 1] === "function" && given.pop();
    past = then;
    try {
      return calls[name](...given);
    } catch (error) {
      emit("error", error);
    } finally {
      past = void 0;
      if (callback) attempt(callback);
    }
  };
  on("dropped", ({ count }) => dropped += count);
  window?.addEventListener("pagehide", () => outbox.leave(true));
  for (const name of ["pageshow", "online"]) window?.addEventListener(name, outbox.resume);
  document?.addEventListener(
    "visibilitychange",
    () => document.visibilityState === "hidden" ? outbox.leave(false) : outbox.resume()
  );
  const channel = attempt(() => new window.BroadcastChannel("c360_consent"));
  channel?.addEventListener("message", () => decide("denied"));
  const saysNo = options.respectGpc !== false && navigator?.globalPrivacyControl || options.respectDnt && navigator?.doNotTrack === "1";
  calls.consent(options.consent ?? (saysNo ? "denied" : "granted"));
  const face = { version: VERSION, call };
  for (const name of METHODS) face[name] = (...given) => call(name, given);
  return face;
};
var merged = (...contexts) => {
  const all = {};
  for (const context of contexts) {
    for (const [name, value] of Object.entries(context ?? {})) {
      all[name] = isObject(value) ? { ...all[name], ...value } : value;
    }
  }
  return all;
};

// src/extras.js
var extras_exports = {};
__export(extras_exports, {
  isRobot: () => isRobot,
  lease: () => lease,
  shared: () => shared
});
var ROBOT = /bot\b|crawl|spider|slurp|headless|lighthouse|preview|externalhit/i;
var LEASE = 6e4;
var SETTLE = 40;
var isRobot = (navigator) => !!navigator?.webdriver || ROBOT.test(navigator?.userAgent);
var shared = (document, location) => {
  const labels = `${location?.hostname}`.split(".");
  const all = labels.slice(1).map((_, index) => labels.slice(-2 - index).join("."));
  const isTaken = (domain) => {
    document.cookie = `c360_probe=1; domain=${domain}; path=/; max-age=9`;
    const found = document.cookie.includes("c360_probe=1");
    document.cookie = `c360_probe=; domain=${domain}; path=/; max-age=0`;
    return found;
  };
  const find = () => attempt(() => all.find(isTaken));
  return { all, find };
};
var lease = (vault, name, owner, now) => {
  const holder = () => {
    const [who, until] = (vault.get(name) ?? "").split(" ");
    const left = Number(until) - now();
    return left > 0 && left <= LEASE ? who : "";
  };
  return async (work) => {
    if (holder()) return BUSY;
    vault.set(name, `${owner} ${now() + LEASE}`);
    await new Promise((done) => setTimeout(done, SETTLE));
    if (holder() !== owner) return BUSY;
    try {
      return await work();
    } finally {
      vault.remove(name);
    }
  };
};

// src/server.js
var NEEDED = { identify: [], track: ["event"], page: [], screen: [], group: ["groupId"], alias: ["userId", "previousId"] };
var createServer = (options) => {
  if (!options?.writeKey || !options.url) throw new TypeError("c360 needs a writeKey and the url of the gateway");
  const { on, off, emit } = makeEmitter();
  const now = options.surroundings?.now ?? (() => Date.now());
  const ask = options.surroundings?.fetch ?? ((...given) => fetch(...given));
  const outbox = makeOutbox(
    { flushAt: 100, maxQueue: 1e4, ...options },
    {
      vault: makeVault(void 0),
      transport: makeTransport(options, ask),
      lock: (work) => work(),
      emit,
      now,
      prefix: "c360_q_",
      tab: ""
    }
  );
  outbox.start();
  const drop = (reason, message) => emit("dropped", { reason, count: 1, messages: [message] });
  const record = (type, given) => {
    const { timestamp, ...fields } = isObject(given) ? given : {};
    const missing = NEEDED[type].find((name) => !fields[name]);
    const hasId = fields.userId || fields.anonymousId;
    if (missing || !hasId) return drop(`no ${missing ?? "userId or anonymousId"}`, { type, ...fields });
    const context = { library: { name: "@c360/sdk/server", version: VERSION }, ...fields.context };
    const message = { messageId: uuid(), ...fields, type, context };
    const { text, fault } = weighed(message);
    if (fault) return drop(fault, message);
    const at = timestamp === void 0 ? NaN : new Date(timestamp).getTime();
    outbox.add(at >= 0 ? at : now(), text);
  };
  const server = {
    version: VERSION,
    flush: () => outbox.flush(),
    close: async () => {
      const flushed = await outbox.flush();
      outbox.rest();
      return flushed;
    },
    on,
    off
  };
  for (
    const type of
    /** @type {(keyof typeof NEEDED)[]} */
    Object.keys(NEEDED)
  ) {
    server[type] = (given) => record(type, given);
  }
  return server;
};

// src/storage.js
var preload = async (storage) => {
  const values = /* @__PURE__ */ new Map();
  const names = (await storage.getAllKeys()).filter((name) => name.startsWith("c360_"));
  for (const name of names) {
    const value = await storage.getItem(name);
    if (value !== null) values.set(name, value);
  }
  let writing = Promise.resolve();
  const write = (work) => {
    writing = writing.then(work).catch(() => void 0);
  };
  return {
    get length() {
      return values.size;
    },
    key: (index) => [...values.keys()][index] ?? null,
    getItem: (name) => values.get(name) ?? null,
    setItem: (name, value) => {
      values.set(name, value);
      write(() => storage.setItem(name, value));
    },
    removeItem: (name) => {
      if (values.delete(name)) write(() => storage.removeItem(name));
    }
  };
};

// src/index.js
var create2 = (options) => {
  const c360 = create(options, extras_exports);
  autocapture(c360, options.autocapture, options.surroundings?.window);
  return c360;
};
export {
  create2 as create,
  createServer,
  preload
};
