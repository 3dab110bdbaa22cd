/** To be written. */
export default function DoctorView() {
  return null;
}
