/** c360 in browsers, workers, apps and servers. */

/** unknown: calls wait in memory. granted: they are sent. denied: they are dropped, and nothing is kept. */
export type Consent = 'unknown' | 'granted' | 'denied';

/** What localStorage offers; bring your own where there is none. */
export interface KeyValue {
  readonly length: number;
  key(index: number): string | null;
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** What AsyncStorage of React Native offers. */
export interface AsyncKeyValue {
  getAllKeys(): Promise<readonly string[]>;
  getItem(key: string): Promise<string | null>;
  setItem(key: string, value: string): Promise<unknown>;
  removeItem(key: string): Promise<unknown>;
}

/** An event as it is sent. */
export interface Message {
  type: 'identify' | 'track' | 'page' | 'screen' | 'group' | 'alias';
  messageId: string;
  anonymousId?: string;
  userId?: string;
  event?: string;
  name?: string;
  category?: string;
  groupId?: string;
  previousId?: string;
  properties?: Record<string, unknown>;
  traits?: Record<string, unknown>;
  context: Record<string, any>;
  integrations?: Record<string, unknown>;
}

/** Answers the message to send (none: as it is), or null to drop it. One that throws drops it too. */
export type Plugin = (message: Message) => Message | null | undefined | void;

export interface Delivery {
  /** Where the gateway is, without a path: https://c360.example. */
  url: string;
  /** Key of kind write. */
  writeKey: string;
  /** Send when so many events wait; 20, on servers 100. */
  flushAt?: number;
  /** Send after so many milliseconds at the latest; 1000. */
  flushInterval?: number;
  /** Events kept while the gateway cannot be reached; the oldest are dropped first; 1000, on servers 10000. */
  maxQueue?: number;
  /** Milliseconds an answer may take; 30000. */
  timeout?: number;
  /** Stands in for parts of the platform, for tests. */
  surroundings?: Record<string, any>;
}

export type ServerOptions = Delivery;

export interface Options extends Delivery {
  /** What the visitor has decided so far; granted, or denied when the browser says no (see respectGpc). */
  consent?: Consent;
  /** true: one cookie for all subdomains; or the domain itself; this host alone. */
  cookieDomain?: boolean | string;
  /** Milliseconds without a call after which a session ends; 1800000, half an hour. */
  sessionTimeout?: number;
  /** A session ends at midnight of the visitor's clock; false. */
  sessionEndsAtMidnight?: boolean;
  /** Global Privacy Control of the browser means consent is denied until the page says otherwise; true. */
  respectGpc?: boolean;
  /** The same for Do Not Track; false. */
  respectDnt?: boolean;
  /** Drop the calls of robots and of driven browsers; false. */
  dropBots?: boolean;
  /** Clicks, sent forms and changes of the page; false. Not in the core script. */
  autocapture?: boolean | { clicks?: boolean; forms?: boolean; pages?: boolean };
  /** Laid over the context of every event; nothing. */
  context?: Record<string, unknown>;
  /** See `use`; none. */
  plugins?: Plugin[];
  /** Where to keep things; localStorage, and memory where there is none. */
  storage?: KeyValue;
}

/** Of one call. */
export interface CallOptions {
  context?: Record<string, unknown>;
  integrations?: Record<string, unknown>;
  /** When it happened, by the clock of this device. */
  timestamp?: Date | string | number;
  messageId?: string;
  userId?: string | number;
  anonymousId?: string | number;
}

export type Values = Record<string, unknown>;
export type Flushed = 'empty' | 'delivered' | 'kept';

/** What `on` tells. */
export interface Events {
  /** A call became a message and waits to be sent. */
  event: Message;
  /** The gateway has answered for a batch. */
  sent: { count: number; accepted?: number; duplicates?: number };
  /** The gateway did not want one event of a batch; it is kept there with its reason. */
  rejected: { index: number; messageId: string | null; code: string; message: string };
  /** Messages that will not be sent: consent, robot, queue full, too large, not JSON, plugin, no event, status 4xx. */
  dropped: { reason: string; count: number; messages: Partial<Message>[] };
  consent: Consent;
  reset: undefined;
  error: unknown;
}

interface Listening {
  on<Name extends keyof Events>(name: Name, listener: (detail: Events[Name]) => void): void;
  off<Name extends keyof Events>(name: Name, listener?: (detail: Events[Name]) => void): void;
}

export interface C360 extends Listening {
  readonly version: string;
  identify(userId: string | number, traits?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  identify(traits: Values, options?: CallOptions | null, callback?: () => void): void;
  track(event: string, properties?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  page(category: string, name: string, properties?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  page(name?: string, properties?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  page(properties: Values, options?: CallOptions | null, callback?: () => void): void;
  screen(category: string, name: string, properties?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  screen(name?: string, properties?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  group(groupId: string | number, traits?: Values | null, options?: CallOptions | null, callback?: () => void): void;
  alias(userId: string | number, previousId?: string | number | null, options?: CallOptions | null, callback?: () => void): void;
  /** Another visitor from now on, as after a logout. What waits is still sent. */
  reset(): void;
  /** Sends what waits. kept: some of it still waits. */
  flush(): Promise<Flushed>;
  ready(callback?: () => void): Promise<void>;
  /** Adds a hook that every message passes before it waits to be sent. */
  use(plugin: Plugin): void;
  /** Takes the visitor's decision, or answers it. */
  consent(decision?: Consent, details?: { categoryPreferences?: Record<string, boolean> }): Consent;
  /** Who the visitor is; nothing when consent is denied. */
  ids(): { anonymousId?: string; userId?: string; groupId?: string };
}

type Person = ({ userId: string | number } | { anonymousId: string | number }) & {
  userId?: string | number;
  anonymousId?: string | number;
  context?: Values;
  integrations?: Values;
  timestamp?: Date | string | number;
  messageId?: string;
};

export interface C360Server extends Listening {
  readonly version: string;
  identify(event: Person & { traits?: Values }): void;
  track(event: Person & { event: string; properties?: Values }): void;
  page(event: Person & { name?: string; category?: string; properties?: Values }): void;
  screen(event: Person & { name?: string; category?: string; properties?: Values }): void;
  group(event: Person & { groupId: string | number; traits?: Values }): void;
  alias(event: { userId: string | number; previousId: string | number; context?: Values; messageId?: string }): void;
  flush(): Promise<Flushed>;
  /** Sends what waits and leaves no timer behind. */
  close(): Promise<Flushed>;
}

/** A client for one visitor: of a page, a worker or an app. Throws without writeKey or url; its methods never do. */
export function create(options: Options): C360;
/** A client for a server, which speaks for many. */
export function createServer(options: ServerOptions): C360Server;
/** Prepares an asynchronous storage for the option `storage`. */
export function preload(storage: AsyncKeyValue): Promise<KeyValue>;
