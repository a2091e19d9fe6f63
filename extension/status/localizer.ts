/** `vscode.l10n`, handed in so that what it says can be tested without an editor. */
export interface Localizer {
  t(message: string, ...values: (string | number | boolean)[]): string;
}
