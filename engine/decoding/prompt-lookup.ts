export class PromptLookup {
  learn(_ids: readonly number[]): void {}
  begin(_ids: readonly number[]): void {}
  push(_id: number): void {}
  draft(_most: number): number[] {
    return [];
  }
}
