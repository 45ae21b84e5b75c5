import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.pinot.segment.local.indexsegment.immutable.ImmutableSegmentLoader;
import org.apache.pinot.segment.local.segment.creator.TransformPipeline;
import org.apache.pinot.segment.local.segment.creator.impl.SegmentIndexCreationDriverImpl;
import org.apache.pinot.segment.local.segment.readers.GenericRowRecordReader;
import org.apache.pinot.segment.local.segment.readers.PinotSegmentRecordReader;
import org.apache.pinot.segment.local.utils.SchemaUtils;
import org.apache.pinot.segment.local.utils.TableConfigUtils;
import org.apache.pinot.segment.spi.creator.SegmentGeneratorConfig;
import org.apache.pinot.spi.config.table.TableConfig;
import org.apache.pinot.spi.data.Schema;
import org.apache.pinot.spi.data.readers.GenericRow;
import org.apache.pinot.spi.utils.JsonUtils;
import org.apache.pinot.spi.utils.ReadMode;

/**
 * Pinot's own code on what c360 generates. Each call answers JSON:
 *   validate SCHEMA TABLE...         nothing, or what is wrong
 *   rows SCHEMA TABLE MESSAGES       each message of Kafka as the row that it becomes
 *   segment SCHEMA TABLE ROWS OUT    makes a segment of rows and reads it back
 */
public class Check {
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments) throws Exception {
        Schema schema = Schema.fromFile(new File(arguments[1]));
        SchemaUtils.validate(schema);
        TableConfig table = JsonUtils.fileToObject(new File(arguments[2]), TableConfig.class);
        switch (arguments[0]) {
            case "validate" -> {
                for (int place = 2; place < arguments.length; place++) {
                    TableConfigUtils.validate(JsonUtils.fileToObject(new File(arguments[place]), TableConfig.class), schema);
                }
            }
            case "rows" -> transform(schema, table, arguments[3]);
            case "segment" -> segment(schema, table, arguments[3], arguments[4]);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        System.out.flush();
        System.exit(0);
    }

    private static List<GenericRow> read(String file) throws Exception {
        List<GenericRow> rows = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of(file))) {
            GenericRow row = new GenericRow();
            Map<String, Object> values = JSON.readValue(line, Map.class);
            values.forEach(row::putValue);
            rows.add(row);
        }
        return rows;
    }

    private static void transform(Schema schema, TableConfig table, String file) throws Exception {
        TransformPipeline pipeline = new TransformPipeline(table, schema);
        for (GenericRow row : read(file)) {
            for (GenericRow made : pipeline.processRow(row).getTransformedRows()) {
                print(schema, made);
            }
        }
    }

    private static void segment(Schema schema, TableConfig table, String file, String out) throws Exception {
        SegmentGeneratorConfig config = new SegmentGeneratorConfig(table, schema);
        config.setOutDir(out);
        config.setSegmentName("checked");
        SegmentIndexCreationDriverImpl driver = new SegmentIndexCreationDriverImpl();
        driver.init(config, new GenericRowRecordReader(read(file)));
        driver.build();
        File folder = new File(out, driver.getSegmentName());
        ImmutableSegmentLoader.load(folder, ReadMode.mmap).destroy();
        try (PinotSegmentRecordReader reader = new PinotSegmentRecordReader(folder)) {
            while (reader.hasNext()) {
                print(schema, reader.next());
            }
        }
    }

    private static void print(Schema schema, GenericRow row) throws Exception {
        Map<String, Object> told = new TreeMap<>();
        for (String name : schema.getPhysicalColumnNames()) {
            told.put(name, row.isNullValue(name) ? null : row.getValue(name));
        }
        System.out.println("ROW " + JSON.writeValueAsString(told));
    }
}
