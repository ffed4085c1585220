export class SalatRepl {}
