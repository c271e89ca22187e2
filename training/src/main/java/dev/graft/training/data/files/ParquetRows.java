package dev.graft.training.data.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.MessageType;

/** Rows of a Parquet file as JSON, read one row group at a time. */
final class ParquetRows {
  private final Path file;
  private int rows;

  ParquetRows(Path file) {
    this.file = file;
  }

  void read(RowConsumer out) throws IOException {
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new PageCodecs())
            .build();
    ParquetFileReader reader;
    try {
      reader = ParquetFileReader.open(new LocalInputFile(file), options);
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
    try (reader) {
      MessageType schema = reader.getFileMetaData().getSchema();
      for (PageReadStore group = next(reader); group != null; group = next(reader)) {
        RecordReader<Group> records = records(group, schema);
        for (long i = 0; i < group.getRowCount(); i++) {
          JsonNode row = row(records);
          out.accept(row, ++rows, 0);
        }
      }
    }
  }

  private @org.jspecify.annotations.Nullable PageReadStore next(ParquetFileReader reader) {
    try {
      return reader.readNextRowGroup();
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private RecordReader<Group> records(PageReadStore group, MessageType schema) {
    try {
      return new ColumnIOFactory()
          .getColumnIO(schema)
          .getRecordReader(group, new GroupRecordConverter(schema));
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  private JsonNode row(RecordReader<Group> records) throws IOException {
    try {
      return ParquetJson.of(records.read());
    } catch (RuntimeException e) { // the library's errors have no common type
      throw damaged(e);
    }
  }

  private RuntimeException damaged(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return RowFile.malformed(
        file,
        "expected a whole Parquet file, received one that cannot be read in or after row "
            + (rows + 1)
            + ": "
            + String.valueOf(root.getMessage()).lines().findFirst().orElse("")
            + "; fetch or write it again",
        e);
  }
}
