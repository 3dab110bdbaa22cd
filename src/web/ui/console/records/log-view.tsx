/** To be written. */
export default function LogView() {
  return null;
}
