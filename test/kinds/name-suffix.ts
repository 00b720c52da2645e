/** Display names of what has no other place for a marker: "Block risky agents [abcd2345]". */
export function nameAndMarker(shown: string): { readonly displayName: string; readonly marker: string | undefined } {
  const [, displayName = shown, marker] = /^(.*) \[([a-z2-7]{8})\]$/.exec(shown) ?? [];
  return { displayName, marker };
}
