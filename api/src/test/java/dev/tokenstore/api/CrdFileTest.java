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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The chart ships exactly the CRD that the Java model generates. After a change of the model run
/// `mvn -pl api -Pupdate-crds test`, then `mvn -pl charts -Pupdate-charts test` for `deploy/crds`, and commit what they
/// wrote.
class CrdFileTest {
    private static final String NAME = "oauthtokenstores.tokenstore.dev";
    private static final Path SHIPPED = Path.of("../charts/oauth-token-store/files", NAME + ".yaml");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("(?<=: )(\\d+)\\.0$", Pattern.MULTILINE);
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
        return "# Generated from the records in api/ by `mvn -pl api -Pupdate-crds test`: change those, not this file.\n"
                + WHOLE_NUMBER.matcher(serialization.asYaml(crd)).replaceAll("$1");
    }

    private static JSONSchemaProps property(JSONSchemaProps schema, String name) {
        return requireNonNull(schema.getProperties().get(name), name);
    }

    private static int place(CustomResourceColumnDefinition column) {
        return COLUMNS.indexOf(column.getName());
    }
}
