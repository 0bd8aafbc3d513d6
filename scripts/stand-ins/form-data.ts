/** Takes the place of the package form-data in our bundles, with its table of file types: no file is ever sent by jsforce here. */
export default class FormData {
  constructor() {
    throw new Error('files are not sent by this bundle')
  }
}
