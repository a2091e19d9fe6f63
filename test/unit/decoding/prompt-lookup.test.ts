import assert from 'node:assert/strict';
import { type Draft, PromptLookup } from '../../../engine/decoding/index.ts';

const ids = (text: string): number[] => Array.from(text, (letter) => letter.codePointAt(0) ?? 0);
const letters = ({ ids: tokens }: Draft): string => String.fromCodePoint(...tokens);

describe('PromptLookup', () => {
  let lookup: PromptLookup;
  beforeEach(() => {
    lookup = new PromptLookup();
  });
  const draft = (text: string, most = 6): string => {
    lookup.begin('a', ids(text));
    return letters(lookup.draft(most));
  };

  it('guesses what followed the same tokens before', () => {
    assert.equal(draft('let value = 1; let val'), 'ue = 1');
  });

  it('guesses nothing after what is new, or short', () => {
    for (const text of ['', 'ab', 'abcabx', 'abcdefg']) assert.equal(draft(text), '', text);
  });

  it('the longest match wins, and the newest among equals', () => {
    assert.equal(draft('1abcX 2abcY 3zabcZ zabc', 1), 'Z');
    assert.equal(draft('.abcX ,abcY ;abcZ !abc', 1), 'Z');
  });

  it('a match that is older but longer wins among many places', () => {
    assert.equal(draft('zabcL 1abcX 2abcY 3abcZ zabc', 1), 'L');
  });

  it('takes no other tokens for the same, however large their ids', () => {
    for (const id of [2 ** 6, 2 ** 8, 2 ** 15, 2 ** 16]) {
      // As digits of a number to that base, 1 0 9 and 0 id 9 are the same.
      lookup.begin('a', [1, 0, 9, 8, 4, 0, id, 9]);
      assert.deepEqual(lookup.draft(3).ids, [], String(id));
    }
    lookup.begin('a', [99_998, 99_999, 7, 8, 4, 99_998, 99_999, 7]);
    assert.deepEqual(lookup.draft(2).ids, [8, 4]);
  });

  it('goes on with the tokens that were chosen', () => {
    lookup.begin('a', ids('foo(bar); baz(bar); '));
    for (const id of ids('foo(')) lookup.push(id);
    assert.equal(letters(lookup.draft(5)), 'bar);');
    for (const id of ids('qux')) lookup.push(id);
    assert.equal(letters(lookup.draft(5)), '');
  });

  it('finds what was chosen since the first draft, and leaves the prompt as it was', () => {
    const prompt = ids('x');
    lookup.begin('a', prompt);
    assert.equal(letters(lookup.draft(5)), '');
    for (const id of ids('foo(bar); foo(')) lookup.push(id);
    assert.equal(letters(lookup.draft(5)), 'bar);');
    assert.deepEqual(prompt, ids('x'));
  });

  it('says how many tokens agreed', () => {
    for (const [tail, agreed] of [
      [' abc', 3],
      [' abcdef', 6],
      [' abcdefghijklmnopqr', 18],
      ['', 0],
    ] as const) {
      lookup.begin('a', ids(`abcdefghijklmnopqrstuvwxyz${tail}`));
      assert.equal(lookup.draft(3).agreed, agreed);
    }
  });

  it('a draft ends with the text that it comes from', () => {
    assert.equal(draft('abcdef abc', 15), 'def abc');
    lookup.begin('a', ids('unlike.xyz12'));
    lookup.begin('b', ids('other.xyz'));
    assert.equal(letters(lookup.draft(15)), '12');
  });

  it('looks in other texts, in their newest version', () => {
    lookup.begin('a', ids('function old() {'));
    lookup.begin('a', ids('function fresh() {'));
    lookup.begin('b', ids('function '));
    assert.equal(letters(lookup.draft(5)), 'fresh');
    lookup.begin('a', ids('x'));
    lookup.begin('c', ids('function '));
    assert.equal(letters(lookup.draft(5)), '');
  });

  it('has no draft from an older version of its own text', () => {
    lookup.begin('a', ids('abcX'));
    lookup.begin('b', ids('other'));
    lookup.begin('a', ids('abc'));
    assert.equal(letters(lookup.draft(1)), '');
  });

  it('the text left last comes first among others that match as long', () => {
    lookup.begin('a', ids('!abcX'));
    lookup.begin('b', ids('?abcY'));
    lookup.begin('c', ids('.abc'));
    assert.equal(letters(lookup.draft(1)), 'Y');
  });

  it('remembers more than the text left last', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) lookup.begin(name, ids(`${name}123 rest`));
    lookup.begin('last', ids('a12'));
    assert.equal(letters(lookup.draft(1)), '3');
  });

  it('its own text comes before others that match as long', () => {
    lookup.begin('a', ids('!abcX'));
    lookup.begin('b', ids('?abcY .abc'));
    assert.equal(letters(lookup.draft(1)), 'Y');
  });

  it('forgets the oldest of many texts', () => {
    for (let at = 0; at < 40; at++)
      lookup.begin(`text ${at}`, ids(`${String.fromCodePoint(65 + at)}123 rest`));
    lookup.begin('last', ids('A12'));
    assert.equal(letters(lookup.draft(1)), '');
    lookup.begin('last', ids('g12'));
    assert.equal(letters(lookup.draft(1)), '3');
  });

  it('forgets a text that it is told to, the current one too, or all', () => {
    const has = (): string[] =>
      ['abc', 'xyz'].filter((text) => {
        lookup.begin('other', ids(text));
        return lookup.draft(1).ids.length > 0;
      });
    const learn = (): void => {
      lookup.begin('a', ids('abc1'));
      lookup.begin('b', ids('xyz1'));
    };
    learn();
    lookup.forget('a');
    assert.deepEqual(has(), ['xyz']);
    learn();
    lookup.forget('b');
    assert.deepEqual(has(), ['abc']);
    learn();
    lookup.forget();
    assert.deepEqual(has(), []);
  });
});
