import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { holdTime, makeWorld, pass } from './world.js';
import { autocapture } from '../src/autocapture.js';
import { create } from '../src/index.js';

/** An element of a page as far as autocapture asks. */
const element = (tag, attributes = {}, { text = '', parent = null, hasFields = false } = {}) => ({
  tagName: tag.toUpperCase(),
  parentElement: parent,
  textContent: text,
  get value() {
    throw new Error('the value of a field was read');
  },
  getAttribute: (name) => attributes[name] ?? null,
  querySelector: () => (hasFields ? {} : null),
  closest(selector) {
    const isHit = selector === '[data-c360-ignore]'
      ? 'data-c360-ignore' in attributes
      : selector.startsWith('input,') ? ['input', 'textarea', 'select'].includes(tag) || 'contenteditable' in attributes
      : 'data-c360-event' in attributes || tag === 'button' || (tag === 'a' && 'href' in attributes) ||
        (tag === 'input' && attributes.type === 'submit');
    return isHit ? this : (parent?.closest(selector) ?? null);
  },
});

let tab;
let calls;
let c360;
beforeEach(() => {
  holdTime();
  tab = makeWorld().tab('https://shop.example/shoes?color=red');
  tab.window.history = {
    pushState(state, title, url) {
      if (url === 'bad') throw new Error('SecurityError');
      tab.go(new URL(url, tab.location.href).href);
      return 'done';
    },
    replaceState(state, title, url) {
      tab.go(new URL(url, tab.location.href).href);
    },
  };
  calls = [];
  c360 = { track: (...given) => calls.push(['track', ...given]), page: () => calls.push(['page', tab.location.pathname]) };
});

const fire = (name, target, path) => {
  const event = new Event(name);
  Object.defineProperty(event, 'target', { value: target });
  event.composedPath = path;
  tab.document.dispatchEvent(event);
};

test('a click on something clickable is told, with what it is and where it leads', () => {
  autocapture(c360, true, tab.window);
  const link = element('a', { id: 'buy', class: 'big  red', href: '/cart?token=s#x' }, { text: '  Buy\n now ' });
  fire('click', element('span', {}, { parent: link }));
  fire('click', { parentElement: element('button', { 'data-c360-event': 'Bought' }) });
  fire('click', element('p'));
  fire('click', null);
  fire('click', element('div'), () => [element('button', { name: 'in a shadow' })]);
  fire('click', element('a', { href: 'javascript:void(0)' }));
  fire('click', element('a', { href: 'https://[' }));

  assert.deepEqual(calls, [
    ['track', 'Element Clicked', { tag: 'a', id: 'buy', class: 'big red', text: 'Buy now', href: 'https://shop.example/cart' }],
    ['track', 'Bought', { tag: 'button' }],
    ['track', 'Element Clicked', { tag: 'button', name: 'in a shadow' }],
    ['track', 'Element Clicked', { tag: 'a' }],
    ['track', 'Element Clicked', { tag: 'a' }],
  ]);
});

test('what somebody typed or hid is never read', () => {
  autocapture(c360, true, tab.window);
  fire('click', element('input', { type: 'submit', value: 'secret' }, { text: 'secret' }));
  fire('click', element('button', {}, { text: 'secret', hasFields: true }));
  fire('click', element('a', { href: '/' }, { text: 'secret', parent: element('div', { contenteditable: '' }) }));
  fire('click', element('button', { 'data-c360-ignore': '' }, { text: 'secret' }));
  fire('click', element('button', {}, { parent: element('div', { 'data-c360-ignore': '' }) }));
  fire('submit', element('form', { 'data-c360-ignore': '' }));

  assert.doesNotMatch(JSON.stringify(calls), /secret/);
  assert.equal(calls.length, 3);
});

test('a sent form is told by its name', () => {
  autocapture(c360, { forms: true }, tab.window);
  fire('submit', element('form', { name: 'newsletter', action: 'https://shop.example/join?secret=1' }));
  fire('submit', element('form', { 'data-c360-event': 'Joined' }));
  fire('submit', {});
  fire('click', element('button'));

  assert.deepEqual(calls, [
    ['track', 'Form Submitted', { tag: 'form', name: 'newsletter', action: 'https://shop.example/join' }],
    ['track', 'Joined', { tag: 'form' }],
  ]);
});

test('a change of the page in an app of one page is a page view, once', async () => {
  autocapture(c360, { pages: true }, tab.window);
  const { history } = tab.window;
  assert.equal(history.pushState({}, '', '/cart'), 'done');
  history.replaceState({}, '', '/cart#top');
  await pass(10, 1);
  history.replaceState({}, '', '/thanks');
  await pass(10, 1);
  tab.go('https://shop.example/cart');
  tab.window.dispatchEvent(new Event('popstate'));
  await pass(10, 1);
  assert.throws(() => history.pushState({}, '', 'bad'), /SecurityError/);

  assert.deepEqual(calls, [['page', '/cart'], ['page', '/thanks'], ['page', '/cart']]);
});

test('a fault of ours does not reach the page', () => {
  autocapture({ track: () => { throw new Error('ours'); } }, true, tab.window);

  fire('click', element('button'));
});

test('nothing happens unwanted, or where there is no page', () => {
  autocapture(c360, undefined, tab.window);
  autocapture(c360, true);
  fire('click', element('button'));

  assert.deepEqual(calls, []);
});

test('the package joins it to its client', () => {
  const client = create({ writeKey: 'k', url: 'https://x', autocapture: true, surroundings: tab.surroundings });
  const heard = [];
  client.on('event', ({ event }) => heard.push(event));

  fire('click', element('button'));

  assert.deepEqual(heard, ['Element Clicked']);
});
