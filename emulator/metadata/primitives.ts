/** How Edm's primitive types are written in JSON. */

const isText = (form: RegExp) => (value: unknown) => typeof value === "string" && form.test(value);

const isInteger = (least: number, most: number) => (value: unknown) =>
  typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;

const isNumber = (value: unknown) => typeof value === "number" && Number.isFinite(value);

const timeForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const dateForm = /^\d{4}-\d\d-\d\d$/;

/** Of the right form, and a day that the calendar has. */
const isTime = (form: RegExp) => (value: unknown) =>
  typeof value === "string" && form.test(value) && !Number.isNaN(Date.parse(value));

/** Whether a value is of the type, by name of the type. */
export const primitives: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["Edm.String", (value: unknown) => typeof value === "string"],
  ["Edm.Boolean", (value: unknown) => typeof value === "boolean"],
  ["Edm.Guid", isText(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i)],
  ["Edm.DateTimeOffset", isTime(timeForm)],
  ["Edm.Date", isTime(dateForm)],
  ["Edm.TimeOfDay", isText(/^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?$/)],
  ["Edm.Duration", isText(/^-?P(?=[\dT])(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/)],
  ["Edm.Byte", isInteger(0, 255)],
  ["Edm.SByte", isInteger(-128, 127)],
  ["Edm.Int16", isInteger(-(2 ** 15), 2 ** 15 - 1)],
  ["Edm.Int32", isInteger(-(2 ** 31), 2 ** 31 - 1)],
  // JSON numbers of JavaScript are not wider.
  ["Edm.Int64", isInteger(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
  ["Edm.Double", isNumber],
  ["Edm.Single", isNumber],
  ["Edm.Decimal", isNumber],
  ["Edm.Binary", isText(/^[A-Za-z0-9+/_-]*={0,2}$/)],
  ["Edm.Stream", () => true],
  ["Edm.Untyped", () => true],
]);
