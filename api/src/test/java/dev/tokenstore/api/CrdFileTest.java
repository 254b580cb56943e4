package dev.tokenstore.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.crdv2.generator.CRDGenerator;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceConversionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The chart ships exactly the CRD that the Java model generates. After a change of the model run
/// `mvn -pl api -Pupdate-crds test`, then `mvn -pl charts -Pupdate-charts test` for `deploy/crds`, and commit what they
/// wrote.
class CrdFileTest {
    private static final String NAME = "oauthtokenstores.tokenstore.dev";
    private static final Path SHIPPED = Path.of("../charts/oauth-token-store/files", NAME + ".yaml");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("(?<=: )\\d+\\.(0|\\d+E\\d+)$", Pattern.MULTILINE);
    private static final double LARGEST_EXACT_DOUBLE = 9_007_199_254_740_991d;
    private static final long LONGEST_TEXT_OF_STATUS = 32_768;
    private static final long MOST_ELEMENTS_OF_STATUS = 32;
    private static final List<String> COLUMNS =
            List.of("Ready", "Tokens", "Valid", "Cleanup", "Next cleanup", "Reason", "Age");

    @TempDir
    Path generatorOutput;

    @Test
    void theShippedCrdIsTheGeneratedOne() throws IOException {
        var generated = generate();
        if (Boolean.getBoolean("update.crds")) {
            Files.writeString(SHIPPED, generated);
        }

        assertThat(Files.readString(SHIPPED)).isEqualTo(generated);
    }

    private String generate() throws IOException {
        new CRDGenerator()
                .customResourceClasses(OAuthTokenStore.class)
                .withMinQuotes(true)
                .inOutputDir(generatorOutput.toFile())
                .generate();
        var serialization = new KubernetesSerialization();
        var text = Files.readString(generatorOutput.resolve(NAME + "-v1.yml"), UTF_8);
        var crd = serialization.unmarshal(text, CustomResourceDefinition.class);
        var version = crd.getSpec().getVersions().getFirst();
        // the generator sorts columns by path
        version.getAdditionalPrinterColumns().sort(Comparator.comparing(CrdFileTest::place));
        // as the API server stores it: a tool that compares the two finds no difference
        version.getAdditionalPrinterColumns().stream()
                .filter(column -> Integer.valueOf(0).equals(column.getPriority()))
                .forEach(column -> column.setPriority(null));
        crd.getSpec().getNames().setListKind(crd.getSpec().getNames().getKind() + "List");
        crd.getSpec()
                .setConversion(new CustomResourceConversionBuilder()
                        .withStrategy("None")
                        .build());
        // each type of condition once
        var conditions = property(property(version.getSchema().getOpenAPIV3Schema(), "status"), "conditions");
        conditions.setXKubernetesListType("map");
        conditions.setXKubernetesListMapKeys(List.of("type"));
        conditions.getItems().getSchema().setRequired(List.of("type", "status"));
        boundNumbers("", version.getSchema().getOpenAPIV3Schema());
        boundSize(property(version.getSchema().getOpenAPIV3Schema(), "status"));
        return "# Generated from the records in api/ by `mvn -pl api -Pupdate-crds test`: change those, not this file.\n"
                + WHOLE_NUMBER
                        .matcher(serialization.asYaml(crd))
                        .replaceAll(number ->
                                new BigDecimal(number.group()).toBigInteger().toString());
    }

    /// Every number fits the Java type that reads it; the generator leaves format and range out.
    private static void boundNumbers(String name, JSONSchemaProps schema) {
        if ("integer".equals(schema.getType())) {
            var isLong = name.equals("observedGeneration");
            schema.setFormat(isLong ? "int64" : "int32");
            schema.setMinimum(schema.getMinimum() == null ? Double.valueOf(0) : schema.getMinimum());
            if (schema.getMaximum() == null) {
                schema.setMaximum(isLong ? LARGEST_EXACT_DOUBLE : Integer.MAX_VALUE);
            }
        }
        forEachPart(name, schema, CrdFileTest::boundNumbers);
    }

    /// Whoever may write the status cannot fill the memory of those who read it.
    private static void boundSize(JSONSchemaProps schema) {
        switch (schema.getType()) {
            case "string" -> schema.setMaxLength(LONGEST_TEXT_OF_STATUS);
            case "array" -> schema.setMaxItems(MOST_ELEMENTS_OF_STATUS);
            case "object" -> {
                if (schema.getAdditionalProperties() != null) {
                    schema.setMaxProperties(MOST_ELEMENTS_OF_STATUS);
                }
            }
            default -> {}
        }
        forEachPart("", schema, (name, part) -> boundSize(part));
    }

    private static void forEachPart(String name, JSONSchemaProps schema, BiConsumer<String, JSONSchemaProps> action) {
        if (schema.getProperties() != null) {
            schema.getProperties().forEach(action);
        }
        if (schema.getItems() != null) {
            action.accept(name, schema.getItems().getSchema());
        }
        if (schema.getAdditionalProperties() != null) {
            action.accept(name, schema.getAdditionalProperties().getSchema());
        }
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return requireNonNull(schema.getProperties().get(name), name);
    }

    private static int place(CustomResourceColumnDefinition column) {
        return COLUMNS.indexOf(column.getName());
    }
}
