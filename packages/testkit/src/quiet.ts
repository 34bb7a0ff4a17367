/** Long enough for a mistake to show, where something must not happen. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
