/** From the text around a cursor to a prompt's tokens. */

export { buildPrompt, type Prompt, type PromptBudget } from './build.ts';
export type { CompletionContext } from './completion-context.ts';
export { chooseFimFormat, possibleFimFormats, type FimFormat } from './choose.ts';
export { FIM_FORMATS, type FimFormatName } from './formats.ts';
export { CODE_EXTENSIONS, languageOf } from './language.ts';
export { SuffixBudget } from './window-budget.ts';
