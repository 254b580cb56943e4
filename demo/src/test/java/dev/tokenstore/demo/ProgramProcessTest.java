package dev.tokenstore.demo;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramProcessTest {
    @TempDir
    private Path folder;

    @Test
    void aJarThatIsNotBuiltSaysHowToBuildIt() {
        var missing = folder.resolve("missing.jar");

        assertThatThrownBy(() -> ProgramProcess.start("sidecar", missing, List.of(), Map.of(), folder))
                .isInstanceOf(StepFailedException.class)
                .hasMessageContaining("mvn -DskipTests package");
    }
}
