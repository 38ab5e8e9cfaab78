import java.io.File;
import java.io.InputStream;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;

/** Prints a line for each profile and file: PASS or FAIL, the number of checks, and the rules that are broken. */
public class Check {
    public static void main(String[] arguments) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        for (String name : arguments[0].split(",")) {
            // createValidator by flavour looks for the profiles in a folder that this jar does not have.
            InputStream xml = Profiles.class.getResourceAsStream("/org/verapdf/pdfa/validation/" + name + ".xml");
            ValidationProfile profile = Profiles.profileFromXml(xml);
            for (int place = 1; place < arguments.length; place++) {
                try (PDFAParser parser = Foundries.defaultInstance()
                        .createParser(new File(arguments[place]), profile.getPDFAFlavour());
                        PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, false)) {
                    ValidationResult result = validator.validate(parser);
                    TreeMap<String, String> broken = new TreeMap<>();
                    for (TestAssertion found : result.getTestAssertions()) {
                        broken.put(found.getRuleId().getClause() + "-" + found.getRuleId().getTestNumber(),
                            found.getMessage());
                    }
                    System.out.println((result.isCompliant() ? "PASS" : "FAIL") + "\t" + name + "\t" + arguments[place]
                        + "\t" + result.getTotalAssertions() + "\t" + broken);
                }
            }
        }
    }
}
