import assert from 'node:assert/strict';
import { Suggestions } from '../../../../extension/completion/suggestions.ts';
import { contextOf } from './filters/picture.ts';

/** What is known at `picture` after `text` was offered at `offeredAt`. */
function known(offeredAt: string, text: string, picture: string): string | undefined {
  const suggestions = new Suggestions();
  suggestions.remember(contextOf(offeredAt), [text]);
  return suggestions.find(contextOf(picture))?.text;
}

describe('what was offered', () => {
  it('typing along any of several keeps it', () => {
    const suggestions = new Suggestions();
    suggestions.remember(contextOf('x = █'), ['first(a)', 'second(b)', 'fire']);
    assert.deepEqual(suggestions.find(contextOf('x = █')), { kind: 'exact', text: 'first(a)' });
    assert.deepEqual(suggestions.find(contextOf('x = se█')), { kind: 'typed', text: 'cond(b)' });
    assert.deepEqual(suggestions.find(contextOf('x = fir█')), { kind: 'typed', text: 'st(a)' });
    assert.deepEqual(suggestions.find(contextOf('x = fire█')), undefined);
    assert.deepEqual(suggestions.find(contextOf('x = th█')), undefined);
  });

  it('is known again at the same place', () => {
    assert.equal(known('a = █;', 'b + c', 'a = █;'), 'b + c');
  });

  it('is kept while it is typed along', () => {
    assert.equal(known('a = █;', 'b + c', 'a = b +█;'), ' c');
  });

  it('is gone when something else is typed', () => {
    assert.equal(known('a = █;', 'b + c', 'a = x█;'), undefined);
  });

  it('is gone when it is typed to its end', () => {
    assert.equal(known('a = █;', 'b', 'a = b█;'), undefined);
  });

  it('is gone after an edit below', () => {
    assert.equal(known('a = █;\nx', 'b + c', 'a = █;\ny'), undefined);
  });

  it('is gone in another file', () => {
    const suggestions = new Suggestions();
    suggestions.remember(contextOf('a█'), ['b']);
    assert.equal(suggestions.find({ ...contextOf('a█'), path: 'src/b.ts' }), undefined);
  });

  it('is kept when the editor closes a bracket', () => {
    assert.equal(known('█\n', 'foo(a)', 'foo(█)\n'), 'a)');
  });

  it('is kept when the editor closes brackets and a quote', () => {
    assert.equal(known('█', 'f({ a: "b" })', 'f({ a: "█"})'), 'b" })');
  });

  it('is kept when a line is broken between braces', () => {
    assert.equal(known('if (a) █\n', '{\n  b();\n}', 'if (a) {\n  █\n}\n'), 'b();\n}');
  });

  it('is gone when a bracket was closed that it does not close', () => {
    assert.equal(known('█', 'foo[a]', 'foo[█)'), undefined);
  });

  it('comes back when what was typed is deleted', () => {
    const suggestions = new Suggestions();
    suggestions.remember(contextOf('a█'), ['bc']);
    suggestions.remember(contextOf('abx█'), ['yz']);
    assert.equal(suggestions.find(contextOf('abx█'))?.text, 'yz');
    assert.equal(suggestions.find(contextOf('ab█'))?.text, 'c');
    assert.deepEqual(suggestions.find(contextOf('a█')), { kind: 'exact', text: 'bc' });
  });

  it('stays the same while another would fit as well', () => {
    const suggestions = new Suggestions();
    suggestions.remember(contextOf('a█'), ['bcd']);
    suggestions.remember(contextOf('ab█'), ['xyz']);
    suggestions.find(contextOf('a█'));
    assert.equal(suggestions.find(contextOf('ab█'))?.text, 'cd');
  });

  it('remembers that there was nothing to say', () => {
    assert.deepEqual(known('a█', '', 'a█'), '');
  });

  it('is bounded by number', () => {
    const suggestions = new Suggestions();
    for (let index = 0; index <= 100; index++) suggestions.remember(contextOf(`${index};█`), ['x']);
    assert.equal(suggestions.find(contextOf('0;█')), undefined);
    assert.equal(suggestions.find(contextOf('1;█'))?.text, 'x');
  });

  it('is bounded by characters', () => {
    const suggestions = new Suggestions();
    const long = ' '.repeat(3 * 1024 * 1024);
    for (const name of ['a', 'b', 'c']) suggestions.remember(contextOf(`${name}${long}█`), ['x']);
    assert.equal(suggestions.find(contextOf(`a${long}█`)), undefined);
    assert.equal(suggestions.find(contextOf(`c${long}█`))?.text, 'x');
  });

  it('is forgotten on request', () => {
    const suggestions = new Suggestions();
    suggestions.remember(contextOf('a█'), ['b']);
    suggestions.forget();
    assert.equal(suggestions.find(contextOf('a█')), undefined);
  });

  it('is recognised right after it was accepted, and only there', () => {
    const suggestions = new Suggestions();
    suggestions.accepted(contextOf('f(█)'), { text: 'a)', replaces: 1 });
    assert.equal(suggestions.isJustAccepted(contextOf('f(a)█'), 'a)'), true);
    assert.equal(suggestions.isJustAccepted(contextOf('f(a)█'), 'b'), false);
    assert.equal(suggestions.isJustAccepted(contextOf('f(a);█'), 'a)'), false);
  });
});
