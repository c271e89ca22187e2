package dev.graft.api.tensor;

/** The readable form of operations: what a record's components say, without its class name. */
final class GraphText {
  private GraphText() {}

  static String attributes(Op op) {
    if (op instanceof Op.Unary || op instanceof Op.Binary) {
      return "";
    }
    if (op instanceof Op.Reduce r) {
      return "[axes=" + r.axes() + (r.keep() ? ", keep" : "") + "]";
    }
    String text = op.toString();
    int open = text.indexOf('[');
    if (open < 0 || text.length() - open == 2) {
      return "";
    }
    return text.substring(open);
  }
}
