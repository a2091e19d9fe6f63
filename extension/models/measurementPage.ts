import type { FimFormatName, FormatFigures, Measurement, ModelInfo } from '../../engine/index.ts';
import type { Localizer } from '../status/localizer.ts';

/** What was measured, as a Markdown page. */
export function measurementPage(
  measurement: Measurement,
  model: Pick<ModelInfo, 'name'>,
  l10n: Localizer,
): string {
  const { formats, elapsedMs, prefixTokens, suffixTokens, choice } = measurement;
  const head = [
    l10n.t('Prompt format'),
    l10n.t('Places'),
    l10n.t('Exactly right'),
    l10n.t('First word right'),
    l10n.t('New place, ms'),
    l10n.t('Each key, ms'),
    l10n.t('Each key, tokens'),
  ];
  const rows = formats.map((figures) => row(figures, choice.format));
  return [
    `# ${l10n.t('{0} on your files', model.name)}`,
    '',
    choiceText(measurement, l10n),
    '',
    line(head),
    line(['---', ...head.slice(1).map(() => '---:')]),
    ...rows.map(line),
    '',
    l10n.t(
      'Measured in {0} s with {1} tokens before and {2} after the cursor: the rest of random lines, and some whole lines, were taken out of files of this workspace and completed. A format that was clearly behind was tried at fewer places. The times include whatever else this machine did.',
      Math.round(elapsedMs / 1000),
      prefixTokens,
      suffixTokens,
    ),
    '',
    ...formats.map(({ format }) => `- \`${format}\`: ${meaning(format, l10n)}`),
    '',
  ].join('\n');
}

/** What follows from it, in a sentence or two. */
export function choiceText({ choice, end }: Measurement, l10n: Localizer): string {
  const format = choice.format ?? '';
  switch (choice.why) {
    case 'better':
      return l10n.t('The format {0} is clearly better than the others, and is used from now on.', format);
    case 'cheaper':
      return l10n.t(
        'The differences are within the noise. The format {0} is used from now on, since each key costs less with it.',
        format,
      );
    case 'alike':
      return l10n.t(
        'The differences are within the noise, and the usual format {0} costs no more: it is used.',
        format,
      );
    case 'too-few':
      return end === 'spans'
        ? l10n.t('The model completed too few places to compare formats. Nothing was changed.')
        : l10n.t('Too few places were measured to tell. Nothing was changed.');
  }
}

function meaning(format: FimFormatName, l10n: Localizer): string {
  switch (format) {
    case 'mamba-complete':
      return l10n.t('the format of the model that comes with the extension');
    case 'mistral':
      return l10n.t('Mistral’s markers for infilling, the text after the cursor first');
    case 'prefix-suffix-middle':
      return l10n.t(
        'markers for infilling, the text after the cursor second, so that it is read again at each word',
      );
    case 'suffix-prefix-middle':
      return l10n.t(
        'the same markers in the other order that models are trained with, the text after the cursor first',
      );
    case 'suffix-first':
      return l10n.t('the same markers, each before its own text, the text after the cursor first');
    case 'instruct':
      return l10n.t('a question to an assistant, whose answer has been begun with the last lines');
    case 'continuation':
      return l10n.t('only the text before the cursor');
  }
}

function row(figures: FormatFigures, chosen: FimFormatName | undefined): string[] {
  const { format, spans, exact, firstWord, requestMs, keystrokeMs, keystrokeTokens } = figures;
  const share = (part: number): string => (spans === 0 ? '–' : `${Math.round((100 * part) / spans)} %`);
  const number = (value: number, digits: number): string =>
    Number.isNaN(value) ? '–' : value.toFixed(digits);
  return [
    format === chosen ? `**${format}**` : format,
    String(spans),
    share(exact),
    share(firstWord),
    number(requestMs, 0),
    number(keystrokeMs, 1),
    number(keystrokeTokens, 1),
  ];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
