/** One or several, as a list. What is no list counts as one, whatever it is: whoever looks at the items refuses it. */
export function asList<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? (value as readonly Item[]) : [value as Item];
}
