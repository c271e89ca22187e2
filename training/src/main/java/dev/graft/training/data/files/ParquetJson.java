package dev.graft.training.data.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BinaryNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigInteger;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet record as JSON: lists and maps by the rules of the format's LogicalTypes, those for old
 * writers included; structs as objects, absent values as null. Dates, times and decimals stay the
 * numbers or bytes that they are stored as.
 */
final class ParquetJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private ParquetJson() {}

  static ObjectNode of(Group group) throws CharacterCodingException {
    ObjectNode out = JSON.objectNode();
    GroupType type = group.getType();
    for (int i = 0; i < type.getFieldCount(); i++) {
      out.set(type.getFieldName(i), field(group, i));
    }
    return out;
  }

  private static JsonNode field(Group group, int field) throws CharacterCodingException {
    int n = group.getFieldRepetitionCount(field);
    if (!group.getType().getType(field).isRepetition(Type.Repetition.REPEATED)) {
      return n == 0 ? NullNode.instance : value(group, field, 0);
    }
    ArrayNode out = JSON.arrayNode(n);
    for (int i = 0; i < n; i++) {
      out.add(value(group, field, i));
    }
    return out;
  }

  private static JsonNode value(Group group, int field, int index) throws CharacterCodingException {
    Type type = group.getType().getType(field);
    if (type.isPrimitive()) {
      return primitive(group, field, index, type.asPrimitiveType());
    }
    Group inner = group.getGroup(field, index);
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    if (inner.getType().getFieldCount() == 1 && annotation instanceof ListLogicalTypeAnnotation) {
      return list(inner, type.getName());
    }
    if (inner.getType().getFieldCount() == 1 && annotation instanceof MapLogicalTypeAnnotation) {
      return map(inner);
    }
    return of(inner);
  }

  private static JsonNode list(Group list, String name) throws CharacterCodingException {
    Type repeated = list.getType().getType(0);
    boolean wrapped =
        !repeated.isPrimitive()
            && repeated.asGroupType().getFieldCount() == 1
            && !repeated.getName().equals("array")
            && !repeated.getName().equals(name + "_tuple");
    if (!wrapped) {
      return field(list, 0);
    }
    int n = list.getFieldRepetitionCount(0);
    ArrayNode out = JSON.arrayNode(n);
    for (int i = 0; i < n; i++) {
      out.add(field(list.getGroup(0, i), 0));
    }
    return out;
  }

  private static JsonNode map(Group map) throws CharacterCodingException {
    ObjectNode out = JSON.objectNode();
    for (int i = 0; i < map.getFieldRepetitionCount(0); i++) {
      Group entry = map.getGroup(0, i);
      JsonNode value = entry.getType().getFieldCount() > 1 ? field(entry, 1) : NullNode.instance;
      out.set(field(entry, 0).asText(), value);
    }
    return out;
  }

  private static JsonNode primitive(Group group, int field, int index, PrimitiveType type)
      throws CharacterCodingException {
    LogicalTypeAnnotation annotation = type.getLogicalTypeAnnotation();
    boolean unsigned = annotation instanceof IntLogicalTypeAnnotation i && !i.isSigned();
    return switch (type.getPrimitiveTypeName()) {
      case BOOLEAN -> JSON.booleanNode(group.getBoolean(field, index));
      case INT32 -> {
        int value = group.getInteger(field, index);
        yield unsigned ? JSON.numberNode(Integer.toUnsignedLong(value)) : JSON.numberNode(value);
      }
      case INT64 -> {
        long value = group.getLong(field, index);
        yield unsigned
            ? JSON.numberNode(new BigInteger(Long.toUnsignedString(value)))
            : JSON.numberNode(value);
      }
      case FLOAT -> JSON.numberNode(group.getFloat(field, index));
      case DOUBLE -> JSON.numberNode(group.getDouble(field, index));
      case BINARY -> bytes(group.getBinary(field, index), annotation);
      case FIXED_LEN_BYTE_ARRAY -> BinaryNode.valueOf(group.getBinary(field, index).getBytes());
      case INT96 -> BinaryNode.valueOf(group.getInt96(field, index).getBytes());
    };
  }

  /** A string, also where an old writer did not mark it as one; else the bytes. */
  private static JsonNode bytes(Binary binary, @Nullable LogicalTypeAnnotation annotation)
      throws CharacterCodingException {
    try {
      return TextNode.valueOf(
          StandardCharsets.UTF_8.newDecoder().decode(binary.toByteBuffer()).toString());
    } catch (CharacterCodingException e) {
      if (annotation instanceof StringLogicalTypeAnnotation) {
        throw e;
      }
      return BinaryNode.valueOf(binary.getBytes());
    }
  }
}
