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
import org.jspecify.annotations.Nullable;

/** Rows of a Parquet file as JSON, read one row group at a time. */
final class ParquetRows implements RowSource {
  private final Path file;
  private final ParquetFileReader reader;
  private final MessageType schema;
  private @Nullable RecordReader<Group> records;
  private long left;
  private int rows;

  ParquetRows(Path file) {
    this.file = file;
    ParquetReadOptions options =
        ParquetReadOptions.builder(new PlainParquetConfiguration())
            .withCodecFactory(new PageCodecs())
            .build();
    try {
      this.reader = ParquetFileReader.open(new LocalInputFile(file), options);
      this.schema = reader.getFileMetaData().getSchema();
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  @Override
  public @Nullable Row next() throws IOException {
    while (left == 0 || records == null) {
      PageReadStore group = nextGroup();
      if (group == null) {
        return null;
      }
      records = records(group);
      left = group.getRowCount();
    }
    left--;
    return new Row(content(records), ++rows, 0);
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private @Nullable PageReadStore nextGroup() {
    try {
      return reader.readNextRowGroup();
    } catch (IOException | RuntimeException e) {
      throw damaged(e);
    }
  }

  private RecordReader<Group> records(PageReadStore group) {
    try {
      return new ColumnIOFactory()
          .getColumnIO(schema)
          .getRecordReader(group, new GroupRecordConverter(schema));
    } catch (RuntimeException e) {
      throw damaged(e);
    }
  }

  private JsonNode content(RecordReader<Group> records) throws IOException {
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
