/** What `vscode.l10n` does where nothing is translated. */
export const plainLocalizer = {
  t: (message: string, ...values: (string | number | boolean)[]) =>
    message.replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)])),
};
