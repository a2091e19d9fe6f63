import assert from 'node:assert/strict';
import { type Confident, confidentPart, type Step } from '../../../engine/decoding/index.ts';

/** The cursor's line. */
const HEAD = 'const value = ';

/** Pieces of a text with what is likely of each alone. */
function stepsOf(...pieces: [string, number][]): { text: string; steps: Step[] } {
  let text = '';
  let probability = 1;
  const steps = pieces.map(([piece, own]) => {
    text += piece;
    probability *= own;
    return { length: text.length, probability };
  });
  return { text, steps };
}

/** What is shown, but for what it is worth. */
function shown(part: Confident | undefined): Omit<Confident, 'worth'> | undefined {
  return part && { text: part.text, confidence: part.confidence };
}

describe('confidentPart', () => {
  it('gives a likely line whole, with how likely it is with its end', () => {
    const { text, steps } = stepsOf(['foo', 1], ['(bar)', 0.9], [';', 1], ['', 0.9]);
    assert.deepEqual(shown(confidentPart(text, steps, 'balanced', HEAD)), { text, confidence: 0.81 });
  });

  it('cuts an unsure line where a word ends, as long as that is likely', () => {
    const { text, steps } = stepsOf(
      ['load', 0.9],
      ['Store', 0.9],
      ['(', 1],
      ['folder', 0.05],
      [')', 1],
      ['', 1],
    );
    const part = confidentPart(text, steps, 'balanced', HEAD);
    assert.equal(part?.text, 'loadStore(');
    assert.ok(Math.abs(part.confidence - 0.81) < 1e-9);
  });

  it('gives no beginning of an unsure line where the line says nothing yet', () => {
    const unsure = stepsOf(['const', 0.9], [' value', 0.05], ['', 1]);
    assert.equal(confidentPart(unsure.text, unsure.steps, 'balanced', '    '), undefined);
    assert.equal(confidentPart(unsure.text, unsure.steps, 'balanced', 'export ')?.text, 'const');
    const sure = stepsOf(['return', 0.9], [' value', 0.9], ['', 1]);
    assert.equal(confidentPart(sure.text, sure.steps, 'balanced', '    ')?.text, 'return value');
  });

  it('does not end with an operator', () => {
    const { text, steps } = stepsOf(['size', 0.9], [' <', 0.9], [' most', 0.05], ['', 1]);
    assert.equal(confidentPart(text, steps, 'balanced', HEAD)?.text, 'size');
  });

  it('does not cut inside a word, and not down to marks', () => {
    const word = stepsOf(['lo', 0.9], ['ad', 0.05], ['', 1]);
    assert.equal(confidentPart(word.text, word.steps, 'balanced', HEAD), undefined);
    const marks = stepsOf(['((', 0.9], ['x', 0.05], ['', 1]);
    assert.equal(confidentPart(marks.text, marks.steps, 'balanced', HEAD), undefined);
  });

  it('leaves lines away that are unsure', () => {
    const { text, steps } = stepsOf(
      ['{', 1],
      ['\n', 1],
      ['  a();', 0.9],
      ['\n', 1],
      ['  b();', 0.05],
      ['\n', 1],
      ['}', 1],
    );
    assert.equal(confidentPart(text, steps, 'balanced', HEAD)?.text, '{\n  a();');
    assert.equal(confidentPart(text, steps, 'all', HEAD)?.text, text);
  });

  it('takes the end of a line for part of it, and not the next line', () => {
    const { text, steps } = stepsOf(['a();', 0.5], ['\n', 0.9], ['  if', 0.05], [' (b)', 1], ['\n', 1]);
    assert.deepEqual(shown(confidentPart(text.trimEnd(), steps, 'balanced', '  ')), {
      text: 'a();',
      confidence: 0.45,
    });
  });

  it('wants more of what is to stand on a line that says nothing yet', () => {
    const { text, steps } = stepsOf(['return', 0.11], [';', 1], ['\n', 1]);
    assert.equal(confidentPart('return;', steps, 'balanced', HEAD)?.text, text.trimEnd());
    assert.equal(confidentPart('return;', steps, 'balanced', '  '), undefined);
    assert.equal(confidentPart('return;', steps, 'more', '  ')?.text, 'return;');
  });

  it('goes by the first line that says something', () => {
    const sure = stepsOf(['\n', 0.9], ['  a();', 0.5], ['\n', 1], ['  b();', 0.05], ['\n', 1]);
    const { text, confidence } = confidentPart(sure.text.trimEnd(), sure.steps, 'balanced', 'f() {') ?? {};
    assert.deepEqual([text, confidence], ['\n  a();', 0.45]);
    const unsure = stepsOf(['\n', 0.9], ['  const', 0.5], [' total', 0.2], [';', 1], ['\n', 1]);
    assert.equal(confidentPart(unsure.text.trimEnd(), unsure.steps, 'balanced', 'f() {'), undefined);
  });

  it('wants more of the beginning of a line than of a whole one', () => {
    const whole = stepsOf(['call', 0.15], ['\n', 1]);
    assert.equal(confidentPart('call', whole.steps, 'balanced', HEAD)?.text, 'call');
    const unsure = stepsOf(['call', 0.15], ['(x)', 0.05], ['\n', 1]);
    assert.equal(confidentPart('call(x)', unsure.steps, 'balanced', HEAD), undefined);
    const surer = stepsOf(['call', 0.25], ['(x)', 0.05], ['\n', 1]);
    assert.equal(confidentPart('call(x)', surer.steps, 'balanced', HEAD)?.text, 'call');
  });

  it('gives the beginning where the whole line is much less likely, even if it is likely enough', () => {
    const { text, steps } = stepsOf(['items', 0.9], ['.map(', 0.9], ['toText', 0.2], [')', 1], ['', 1]);
    assert.equal(confidentPart(text, steps, 'balanced', HEAD)?.text, 'items.map(');
    const surer = stepsOf(['items', 0.9], ['.map(', 0.9], ['toText', 0.6], [')', 1], ['', 1]);
    assert.equal(confidentPart(surer.text, surer.steps, 'balanced', HEAD)?.text, surer.text);
  });

  it('gives the beginning that is worth most, not the longest', () => {
    const { text, steps } = stepsOf(['load', 0.9], ['(', 1], ['a', 0.3], [', b', 0.3], [')', 1], ['', 1]);
    assert.equal(confidentPart(text, steps, 'more', HEAD)?.text, 'load(');
  });

  it('shows more, or fewer', () => {
    const { text, steps } = stepsOf(['maybe', 0.15], ['', 1]);
    assert.equal(confidentPart(text, steps, 'fewer', HEAD), undefined);
    assert.equal(confidentPart(text, steps, 'more', HEAD)?.text, text);
  });

  it('what was not mixed has no likelihood and is shown', () => {
    assert.deepEqual(shown(confidentPart('a\nb', [], 'fewer', HEAD)), { text: 'a\nb', confidence: 1 });
  });
});
