package io.headrace.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** The import directions that the door signs promise. */
class RoomsTest {

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages("io.headrace.gateway");

    @Test
    void noRoomImportsAnotherService() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.headrace.broker..", "io.headrace.admin..", "io.headrace.standalone..")
                .check(CLASSES);
    }

    @Test
    void springIsKnownAtTheEdgesOnly() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..gateway.json..",
                        "..gateway.http..",
                        "..gateway.route..",
                        "..gateway.produce..",
                        "..gateway.consume..",
                        "..gateway.instance..",
                        "..gateway.metadata..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.springframework..")
                .check(CLASSES);
    }

    /** What the stock clients do for us; storage, formats and routing are ours. */
    @Test
    void kafkasClientsAreKnownWhereTheyWorkOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackages("..gateway.produce..", "..gateway.instance..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..")
                .check(CLASSES);
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..internal..")
                .orShould()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.kafka..internals..")
                .check(CLASSES);
    }

    @Test
    void openTelemetryIsKnownInOneRoom() {
        noClasses()
                .that()
                .resideOutsideOfPackage("..gateway.telemetry.otlp..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(CLASSES);
    }

    @Test
    void produceConsumeAndMetadataDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("..gateway.produce..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..gateway.consume..", "..gateway.metadata..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..gateway.consume..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..gateway.produce..", "..gateway.metadata..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("..gateway.json..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("..gateway.http..", "..gateway.route..")
                .check(CLASSES);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("io.headrace.gateway.(*)..").should().beFreeOfCycles().check(CLASSES);
    }
}
