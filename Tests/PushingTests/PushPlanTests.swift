import Testing

@Suite("Pushing: the plan")
struct PushPlanTests {
}
