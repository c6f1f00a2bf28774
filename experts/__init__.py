"""Who answers: profiles, applications, enrolment, availability, matching and reputation."""
