/** Places where the newest tokens stood before, in the order in which they were found. */
export interface Places {
  /**
   * @param at index of the token that followed
   * @param length tokens before it that agree
   * @param id the token that followed
   */
  add(at: number, length: number, id: number): void;
}
